"""The parameters of the lead list, and what is said of a lead."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadStatus
from leadtrace_api.leads.order import Sort
from leadtrace_api.parameters import DimensionFilters, Value
from leadtrace_api.personal.schemas import LONGEST_SEARCH, PersonalFields
from leadtrace_api.schemas import Answer, Money, Stamped

LONGEST_PAGE = 500


class LeadsQuery(DimensionFilters):
    """Parameters of `GET /v1/leads`."""

    captured_from: date | None = Field(default=None, description="Captured on this day or later.")
    captured_to: date | None = Field(default=None, description="Captured on this day or earlier.")
    reached: Stage | None = Field(default=None, description="At this rung of the ladder or beyond.")
    reached_from: date | None = Field(default=None, description="Reached it on this day or later.")
    reached_to: date | None = Field(default=None, description="Reached it on this day or earlier.")
    short_of: Stage | None = Field(default=None, description="Has not got to this rung of the ladder so far.")
    stage: Stage | None = Field(default=None, description="Stands at this stage now.")
    stage_from: date | None = Field(default=None, description="Has stood there from this day or a later one.")
    stage_to: date | None = Field(default=None, description="Has stood there from this day or before.")
    status: list[LeadStatus] = Field(
        default_factory=list, description="Only leads that ended so, or are open."
    )
    band: list[Literal["cold", "warm", "hot", ""]] = Field(
        default_factory=list, description="Only leads of these bands; empty: those without a score."
    )
    sort: Sort = Field(
        default=Sort.NEWEST,
        description="What comes first; with a minus the highest or the latest. Amounts are in the reporting "
        "currency; leads without a value count as lowest.",
    )
    q: Annotated[str, Field(max_length=LONGEST_SEARCH)] | None = Field(
        default=None,
        description="Only leads with all these words in names and company, whole words without case and "
        "accents; for keys of scope read:pii.",
        examples=["quint acme"],
    )
    personal: bool = Field(default=False, description="Whether to show who each lead is, as far as allowed.")
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE, description="Leads on a page.")] = 100
    cursor: Value | None = Field(default=None, description="Where the page before ended; from its `next`.")

    @property
    def is_ranged(self) -> bool:
        """Whether days narrow what is listed."""
        bounds = (f"{name}_{end}" for name in ("captured", "reached", "stage") for end in ("from", "to"))
        return any(getattr(self, bound) is not None for bound in bounds)


class Dimensions(Answer):
    """Where a lead came from, who holds it, and what it is; null where nothing is known."""

    channel: str | None
    source: str | None
    medium: str | None
    campaign: str | None
    content: str | None
    outlet: str | None
    form: str | None
    partner: str | None
    owner: str | None
    team: str | None
    segment: str | None
    industry: str | None
    region: str | None


class ScoreNumbers(Answer):
    """Points, to a thousandth."""

    fit: float
    intent: float
    total: float
    band: str


class LeadRow(Answer):
    """A lead as the list shows it."""

    lead_id: UUID
    status: str
    captured_at: datetime
    stage: str | None
    dimensions: Dimensions
    score: ScoreNumbers | None = Field(description="Null until one arrived.")
    account: str | None = Field(description="Whose people it is one of; see /v1/accounts.")
    won_at: datetime | None
    lost_at: datetime | None
    revenue: tuple[Money, ...] = Field(description="What it brought so far, after refunds, by currency.")
    flags: tuple[str, ...] = Field(
        description="What to know before trusting it: bot, clock_skew, history_truncated, "
        "won_before_capture, unhydrated (only changes of it are known: neither capture nor record came)."
    )
    href: str
    personal: PersonalFields | None = Field(default=None, description="Null unless `personal=true`.")


class Leads(Stamped):
    """The answer of `GET /v1/leads`: newest capture first, unless asked otherwise."""

    query: dict[str, object]
    leads: tuple[LeadRow, ...]
    next: str | None = Field(description="The link to the next page; null on the last.")


class ScoreReason(Answer):
    """What one rule adds to the score; the reasons of a group sum to its points exactly."""

    rule: str
    points: float
    because: str


class Verdict(Answer):
    """Whether the clauses of a stage held, from `at` on."""

    stage: str
    at: datetime
    holds: bool
    failed: tuple[str, ...]


class Score(ScoreNumbers):
    """The score with its explanation."""

    at: datetime
    grade: str
    fit_reasons: tuple[ScoreReason, ...]
    intent_reasons: tuple[ScoreReason, ...]
    qualifications: tuple[Verdict, ...]


class StageEntry(Answer):
    """A recorded entry to a stage; `claimed` is the CRM's own word for it."""

    stage: str
    at: datetime
    kind: str
    claimed: str | None
    actor: str | None
    marks: tuple[str, ...] = Field(
        default=(),
        description="looping: it had been there before. Of a change in the CRM: bulk, backdated (told more "
        "than three days later), same_second (another within one second).",
    )


class DealMoney(Answer):
    """Money of a won deal that came, or went if below 0: this lead's part."""

    kind: str = Field(description="win, refund, renewal, expansion or churn.")
    at: datetime
    amount: Money
    counted: Money = Field(description="As revenue counts it: in the reporting currency if there is a rate.")


class LeadDeal(Answer):
    """A deal as its lead sees it."""

    deal_id: UUID
    status: str
    share: Money | None = Field(
        description="This lead's part of the amount, of a won deal after all that came and went; null "
        "without one."
    )
    amount: Money | None = Field(
        description="All that was agreed at first; null until the deal's own outcome arrived."
    )
    closed_at: datetime | None
    money: tuple[DealMoney, ...] = Field(description="Of a won deal, oldest first.")
    reason: str | None = Field(description="Why it was lost, in the words of the CRM.")
    flags: tuple[str, ...] = Field(
        description="What to know before trusting it: bad_amount, bad_money, before_win, churn_exceeds, "
        "clock_skew, money_truncated, no_currency, no_rate, refund_exceeds, refund_without_win, unhydrated, "
        "unlinked."
    )


class Hands(Answer):
    """Whose hands a lead is in; in transit, those that it was offered to."""

    account: str
    team: str | None
    owner: str | None
    partner: str | None
    since: datetime


class LeadOffer(Answer):
    """A handover of the lead, both sides of it; null moments did not come, or are asked for no more."""

    at: datetime
    opened_by: str = Field(description="claim, verdict, event, or implied by what followed.")
    terms_version: int = Field(description="The version of the definitions whose terms hold.")
    route: str | None
    team: str | None
    owner: str | None
    partner: str | None
    answer: str = Field(description="open, accepted, rejected, superseded or gone.")
    answered_at: datetime | None
    answered_by: str | None
    reason: str | None
    accept_due_at: datetime | None
    contacted_at: datetime | None
    contact_due_at: datetime | None
    outcome_due_at: datetime | None
    ended_as: str | None
    ended_at: datetime | None
    end_reason: str | None


class Lead(Stamped):
    """The answer of `GET /v1/leads/{id}`: what is known of a lead now."""

    as_of: datetime | None = Field(description="The state of knowledge that was asked for; null: now.")
    lead_id: UUID
    status: str
    captured_at: datetime | None
    dimensions: Dimensions
    stage: str | None
    stage_since: datetime | None
    entries: dict[str, int]
    first_reached: dict[str, datetime]
    transitions: tuple[StageEntry, ...]
    transitions_omitted: int
    touches: int
    score: Score | None
    account: str | None = Field(description="Whose people it is one of; see /v1/accounts.")
    won_at: datetime | None
    lost_at: datetime | None
    revenue: tuple[Money, ...] = Field(
        description="What it brought so far, after refunds, by the currency that it counts in."
    )
    deals: tuple[LeadDeal, ...]
    hands: Hands | None = Field(description="Whose hands it is in; null for a visitor.")
    offers: tuple[LeadOffer, ...] = Field(description="Every handover, oldest first.")
    offers_omitted: int
    flags: tuple[str, ...] = Field(
        description="What to know before trusting it: bot, clock_skew, history_truncated, "
        "won_before_capture, unhydrated (only changes of it are known: neither capture nor record came)."
    )
    trace: str
    personal: PersonalFields = Field(description="As known now, whatever `as_of` says.")
