"""What is said of the journey of a lead."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from leadtrace_api.leads.schemas import Hands, LeadDeal, ScoreNumbers, StageEntry
from leadtrace_api.schemas import WrittenStamped
from leadtrace_api.written import Written, says


class TraceEntry(Written, frozen=True):
    """One hop of a lead's journey.

    `dwell_s` runs to the next entry of the same kind: how long a stage or a score stood, how long nothing
    was heard. It is null on the last one.
    """

    kind: Annotated[
        str, says("`event` as it came in; `stage`, `hands`, `score` or `deal` as derived from events.")
    ]
    at: datetime
    dwell_s: float | None
    type: str | UnsetType | None = UNSET
    source: str | UnsetType | None = UNSET
    id: str | UnsetType | None = UNSET
    subject: str | UnsetType | None = UNSET
    recorded_at: datetime | UnsetType | None = UNSET
    raw_id: Annotated[str | UnsetType | None, says("The accepted request; see /v1/intake/{id}.")] = UNSET
    item: int | UnsetType | None = UNSET
    mapping: Annotated[str | UnsetType | None, says("The version of the mapping that made the event.")] = (
        UNSET
    )
    data: Annotated[dict[str, Any] | UnsetType | None, says("As published; personal values masked.")] = UNSET
    stage: StageEntry | UnsetType | None = UNSET
    score: ScoreNumbers | UnsetType | None = UNSET
    definition_version: Annotated[
        int | UnsetType | None,
        says("By which version of the definitions a score is: the one in force then."),
    ] = UNSET
    deal: LeadDeal | UnsetType | None = UNSET
    hands: Hands | UnsetType | None = UNSET


class Trace(WrittenStamped, frozen=True):
    """The answer of `GET /v1/leads/{id}/trace`: everything in the order in which it happened."""

    as_of: Annotated[datetime | None, says("The state of knowledge that was asked for; null: now.")]
    lead_id: UUID
    entries: tuple[TraceEntry, ...]
    lapsed_before: Annotated[
        datetime | None,
        says("Some events of the lead or its deals that came before are kept no longer; null: all are."),
    ]
    truncated: Annotated[bool, says("Whether events beyond the bound were left out, the latest first.")]
