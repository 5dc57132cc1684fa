"""The parameters of `GET /v1/handovers`, and what it says of each group."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from leadtrace_api.parameters import Keys, Value
from leadtrace_api.projector.dimensions import PROFILE
from leadtrace_api.schemas import Answer, Duration, Money, Rate, Stamped
from leadtrace_api.spreadsheet import Format

PARTY = ("team", "owner", "partner")
OF_LEADS = ("channel", "source", "medium", "campaign", "content", "outlet", "form", *PROFILE)
GROUPS = (*PARTY, *OF_LEADS)
MOST_LISTED = 50


class HandoversQuery(BaseModel):
    """Parameters of `GET /v1/handovers`; team, owner and partner are those that the lead was offered to."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    first: date | None = Field(default=None, alias="from", description="Offered on this day or later.")
    last: date | None = Field(default=None, alias="to", description="Offered on this day or earlier.")
    by: Value | None = Field(
        default=None,
        description=f"What to group by, several between commas: {', '.join(GROUPS)}.",
        examples=["team"],
    )
    team: Keys
    owner: Keys
    partner: Keys
    channel: Keys
    source: Keys
    medium: Keys
    campaign: Keys
    content: Keys
    outlet: Keys
    form: Keys
    segment: Keys
    industry: Keys
    region: Keys
    format: Format = Field(default=Format.JSON, description="csv: a line a group, the total last.")

    def filters(self) -> dict[str, list[str | None]]:
        """What is filtered, with the keys that pass; None is whoever has none."""
        given = {name: getattr(self, name) for name in GROUPS}
        return {name: [key or None for key in keys] for name, keys in given.items() if keys}


class HandoversEcho(Answer):
    """The question as it was understood."""

    by: tuple[str, ...]
    first: date | None = Field(alias="from")
    last: date | None = Field(alias="to")
    filters: dict[str, list[str | None]]


class Why(Answer):
    """How often a reason was given; null: none was."""

    reason: str | None
    listed: bool = Field(description="Whether it is one of the closed list of the definitions in force.")
    n: int


class Promise(Answer):
    """How a promise was kept: within its time, of those whose time is over or that were kept."""

    kept: Rate
    overdue: int = Field(description="Running still, and due before now.")
    at_risk: int = Field(description="Running, not due yet, and past the share of its time that warns.")
    time: Duration = Field(
        description="In calendar time, to the minute; what was not stopped is censored at its end, or now."
    )
    business_time: Duration = Field(description="The same in the open hours of the team's calendar.")


class Age(Answer):
    """Leads by how long they are overdue, in days."""

    days_from: int
    days_to: int | None = Field(description="Inclusive; null: without end.")
    leads: int
    at_risk: Money = Field(description="Their parts of open deals, in the reporting currency.")


class DeepSixedLead(Answer):
    """An accepted lead that nobody has contacted in time."""

    lead_id: UUID
    team: str | None
    owner: str | None
    partner: str | None
    accepted_at: datetime
    due_at: datetime
    href: str


class DeepSixed(Answer):
    """Accepted, not contacted, and overdue."""

    leads: int
    ages: tuple[Age, ...]


class Debt(Answer):
    """What sales owes marketing: the outcome of what it accepted, and why."""

    untouched: int = Field(description="Accepted and not contacted, the time for it over: deep-sixed.")
    never_concluded: int = Field(description="Contacted and not concluded, the time for it over.")
    without_reason: int = Field(description="Given back, lost or disqualified without saying why.")
    reported: Rate = Field(description="Concluded, of those that were or whose time for it is over.")


class Bounds(Answer):
    """What the unreported leads can do to the share of accepted leads that is won."""

    unreported: int
    all_lost: Rate = Field(description="If none of them is won.")
    like_the_rest: Rate = Field(description="If as many of them are won as of those reported.")
    won: int
    won_like_the_rest: float | None = Field(description="Wins to expect then; null if nothing is reported.")


class NoCost(StrEnum):
    """Why there is no cost per order."""

    SPEND_UNKNOWN = "spend_unknown"
    NO_SPEND = "no_spend"
    NO_RATE = "no_rate"
    NEGATIVE_SPEND = "negative_spend"
    NONE_YET = "none_yet"


class BoundedCost(Answer):
    """What an order costs, if so many come of the leads."""

    value: Money | None = Field(description="Spend divided by orders, rounded half-even.")
    orders: float | None = Field(description="To 6 decimals; null if nothing is reported to go by.")
    reason: NoCost | None = Field(
        description="Why value is null. spend_unknown: filtered or grouped by what no posting of spend says. "
        "no_spend: nothing was posted. no_rate: only in currencies without a rate. negative_spend: credits "
        "are more than what was spent. none_yet: there are no orders to divide by."
    )


class CostBounds(Answer):
    """What the unreported leads can do to the cost per order of the leads offered in the range."""

    spend: Money | None = Field(
        description="Media and sales spend of the days of the range, by the filters and the group's keys; "
        "null if it is not known of them."
    )
    unconverted: tuple[Money, ...] = Field(
        description="Spend in currencies of which the day has no rate: in no other number."
    )
    orders: int = Field(
        description="Won deals of offers that ended as won, whenever they closed, each once: with the lead "
        "that has most of it."
    )
    unreported: int
    all_lost: BoundedCost = Field(description="If none of them is won.")
    like_the_rest: BoundedCost = Field(description="If they bring as many orders each as those reported.")


class Handover(Answer):
    """One group's handovers."""

    offered: int
    opened_by: dict[str, int]
    open: int
    accepted: int
    rejected: int
    superseded: int = Field(description="Offered on to somebody else before an answer.")
    gone: int = Field(description="Of leads that were deleted or erased before an answer.")
    acceptance: Rate = Field(description="Accepted, of those answered; without what was only implied.")
    rejections: tuple[Why, ...]
    returned: int = Field(description="Accepted, and given back to marketing later.")
    returns: tuple[Why, ...]
    accept: Promise
    contact: Promise
    deep_sixed: DeepSixed
    debt: Debt
    win_rate: Bounds
    cpo: CostBounds


class HandoverGroup(Answer):
    """A group with its keys."""

    key: dict[str, str | None]
    numbers: Handover


class Handovers(Stamped):
    """The answer of `GET /v1/handovers`: groups in the order of their keys; they sum to the total.

    By dimensions of which spend is known, a group that only cost money is one too.
    """

    query: HandoversEcho
    groups: tuple[HandoverGroup, ...]
    total: Handover
    deep_sixed: tuple[DeepSixedLead, ...] = Field(
        description=f"At most {MOST_LISTED} of the deep-sixed leads of the total, longest overdue first."
    )


class QueueQuery(BaseModel):
    """Parameters of `GET /v1/handovers/queue`."""

    model_config = ConfigDict(frozen=True)

    team: Keys
    owner: Keys
    partner: Keys
    limit: Annotated[int, Field(ge=1, le=500, description="Clocks on a page.")] = 100
    cursor: Value | None = Field(default=None, description="Where the page before ended; from its `next`.")

    def filters(self) -> dict[str, list[str | None]]:
        """What is filtered, with the keys that pass; None is whoever has none."""
        given = {name: getattr(self, name) for name in PARTY}
        return {name: [key or None for key in keys] for name, keys in given.items() if keys}


class RunningClock(Answer):
    """A clock that runs against somebody."""

    lead_id: UUID
    clock: str = Field(description="accept, contact or outcome.")
    state: str = Field(description="running, at_risk or overdue.")
    since: datetime
    risk_at: datetime
    due_at: datetime
    team: str | None
    owner: str | None
    partner: str | None
    offered_at: datetime
    stage: str | None
    open_value: Money | None = Field(description="Its parts of open deals, in the reporting currency.")
    href: str


class Queue(Stamped):
    """The answer of `GET /v1/handovers/queue`: what is due first comes first."""

    at: datetime = Field(description="The moment that states are of.")
    clocks: tuple[RunningClock, ...]
    next: str | None = Field(description="The link to the next page; null on the last.")
