"""The parameters of the lead list, and what is said of a lead."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from leadtrace.events.lead import Stage
from leadtrace_api.parameters import DimensionFilters, Value
from leadtrace_api.personal.schemas import PersonalFields
from leadtrace_api.schemas import Answer, Money, Stamped

LONGEST_PAGE = 500


class LeadsQuery(DimensionFilters):
    """Parameters of `GET /v1/leads`."""

    captured_from: date | None = Field(default=None, description="Captured on this day or later.")
    captured_to: date | None = Field(default=None, description="Captured on this day or earlier.")
    reached: Stage | None = Field(default=None, description="At this rung of the ladder or beyond.")
    reached_from: date | None = Field(default=None, description="Reached it on this day or later.")
    reached_to: date | None = Field(default=None, description="Reached it on this day or earlier.")
    stage: Stage | None = Field(default=None, description="Stands at this stage now.")
    stage_from: date | None = Field(default=None, description="Has stood there from this day or a later one.")
    stage_to: date | None = Field(default=None, description="Has stood there from this day or before.")
    personal: bool = Field(default=False, description="Whether to show who each lead is, as far as allowed.")
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE, description="Leads on a page.")] = 100
    cursor: Value | None = Field(default=None, description="Where the page before ended; from its `next`.")


class Dimensions(Answer):
    """Where a lead came from and who holds it; null where nothing is known."""

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
    won_at: datetime | None
    lost_at: datetime | None
    revenue: tuple[Money, ...] = Field(description="Its parts of won deals, by currency.")
    flags: tuple[str, ...] = Field(
        description="What to know before trusting it: bot, clock_skew, history_truncated, "
        "won_before_capture, unhydrated (only changes of it are known: neither capture nor record came)."
    )
    href: str
    personal: PersonalFields | None = Field(default=None, description="Null unless `personal=true`.")


class Leads(Stamped):
    """The answer of `GET /v1/leads`: newest capture first."""

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


class LeadDeal(Answer):
    """A deal as its lead sees it."""

    deal_id: UUID
    status: str
    share: Money | None = Field(description="This lead's part of the amount; null without one.")
    amount: Money | None = Field(description="All of it; null until the deal's own outcome arrived.")
    closed_at: datetime | None


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
    won_at: datetime | None
    lost_at: datetime | None
    deals: tuple[LeadDeal, ...]
    flags: tuple[str, ...] = Field(
        description="What to know before trusting it: bot, clock_skew, history_truncated, "
        "won_before_capture, unhydrated (only changes of it are known: neither capture nor record came)."
    )
    trace: str
    personal: PersonalFields = Field(description="As known now, whatever `as_of` says.")


class TraceEntry(Answer):
    """One hop of a lead's journey.

    `dwell_s` runs to the next entry of the same kind: how long a stage or a score stood, how long nothing
    was heard. It is null on the last one.
    """

    kind: str = Field(description="`event` as it came in; `stage`, `score` or `deal` as derived from events.")
    at: datetime
    dwell_s: float | None
    type: str | None = None
    source: str | None = None
    id: str | None = None
    subject: str | None = None
    recorded_at: datetime | None = None
    raw_id: str | None = Field(default=None, description="The accepted request; see /v1/intake/{id}.")
    item: int | None = None
    mapping: str | None = Field(default=None, description="The version of the mapping that made the event.")
    data: dict[str, object] | None = Field(default=None, description="As published; personal values masked.")
    stage: StageEntry | None = None
    score: ScoreNumbers | None = None
    deal: LeadDeal | None = None


class Trace(Stamped):
    """The answer of `GET /v1/leads/{id}/trace`: everything in the order in which it happened."""

    as_of: datetime | None = Field(description="The state of knowledge that was asked for; null: now.")
    lead_id: UUID
    entries: tuple[TraceEntry, ...]
    lapsed_before: datetime | None = Field(
        description="Some events of the lead or its deals that came before are kept no longer; null: all are."
    )
    truncated: bool = Field(description="Whether events beyond the bound were left out, the latest first.")
