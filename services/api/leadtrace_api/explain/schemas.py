"""What is said of one event."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from leadtrace_api.explain.counting import Why
from leadtrace_api.parameters import Value
from leadtrace_api.schemas import Answer, Stamped


class ExplainQuery(BaseModel):
    """Parameters of `GET /v1/events/{id}/explain`."""

    model_config = ConfigDict(frozen=True)

    source: Value | None = Field(
        default=None, description="The event's source; needed where several sources use its id."
    )


class Accepted(Answer):
    """The delivery that brought the event first."""

    intake_id: UUID
    item: int
    sender: str | None = Field(description="Null, like the rest, if the request is kept no more.")
    received_at: datetime | None
    state: str | None


class Copy(Answer):
    """An item that was found to be a copy of the one that brought the event."""

    intake_id: UUID
    item: int
    received_at: datetime


class Bound(Answer):
    """A lead or deal that the event's record belonged to from then on."""

    entity_id: UUID
    revision: int
    because: str = Field(
        description="left_alone: first seen. merged, email, phone: joined with another record. split, "
        "fan_in: taken apart. corrected: an event about it was corrected."
    )
    recorded_at: datetime


class Correction(Answer):
    """A correction of the event, or one of a correction."""

    source: str
    id: str
    corrects_source: str
    corrects_id: str
    recorded_at: datetime


class ReaderFate(Answer):
    """What one service did with the event."""

    reader: str
    fate: Literal["applied", "ignored", "stuck", "dead_lettered", "pending"]
    reason: str | None = Field(description="Of a dead letter.")


class CountedIn(Answer):
    """A number that would be another one without the event and what only says it again later."""

    metric: str
    basis: str
    day: date
    change: str = Field(description="What the event adds: a count, or money as a decimal.")
    currency: str | None
    lead_id: UUID


class NotCountedIn(Answer):
    """A kind of number in which the event does not count."""

    measure: str
    reason: Why = Field(
        description="not_read: no metric of this kind reads events of this type. says_nothing_new: with and "
        "without it the number is the same, as with a second claim of a stage. unlinked: of a deal of nobody."
    )


class ScoredIn(Answer):
    """What the event adds to a score today, in thousandths of a point."""

    lead_id: UUID
    fit: int
    intent: int


class TurnedDimension(Answer):
    """A dimension that would be another one without the event."""

    lead_id: UUID
    dimension: str
    without: str | None
    key: str | None


class Explanation(Stamped):
    """The answer of `GET /v1/events/{id}/explain`."""

    event_no: int
    source: str
    id: str
    type: str
    subject: str
    occurred_at: datetime
    recorded_at: datetime
    folds_at: datetime = Field(description="occurred_at, or recorded_at where the sender's clock ran ahead.")
    accepted: Accepted
    copies: tuple[Copy, ...] = Field(description="Found within a day of the first, at most 20.")
    mapping: str | None = Field(description="The version of the mapping that made the event of its item.")
    published: bool
    bound: tuple[Bound, ...] = Field(description="Oldest first: the last is where it belongs now.")
    counts: bool = Field(description="False if a correction says that it counts no more.")
    corrections: tuple[Correction, ...]
    readers: tuple[ReaderFate, ...]
    counted: tuple[CountedIn, ...]
    not_counted: tuple[NotCountedIn, ...]
    scored: tuple[ScoredIn, ...]
    dimensions: tuple[TurnedDimension, ...]
    untold: tuple[UUID, ...] = Field(
        description="Leads with events that are kept no longer: what they have of this one cannot be told."
    )


_LEAD = "1d32ee03-bd54-5003-ae86-3c7d4580b7ca"
EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "event_no": 48211,
    "source": "hubspot/62515",
    "id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "type": "io.leadtrace.lead.stage_changed.v1",
    "subject": "contact/51",
    "occurred_at": "2026-03-02T08:14:05.120000Z",
    "recorded_at": "2026-03-02T08:14:06.010000Z",
    "folds_at": "2026-03-02T08:14:05.120000Z",
    "accepted": {
        "intake_id": "0198e6d4-7c00-7000-8000-000000000001",
        "item": 0,
        "sender": "hubspot",
        "received_at": "2026-03-02T08:14:06.010000Z",
        "state": "done",
    },
    "copies": [
        {
            "intake_id": "0198e6d4-8c00-7000-8000-000000000002",
            "item": 3,
            "received_at": "2026-03-02T08:14:36.010000Z",
        }
    ],
    "mapping": "hubspot@1",
    "published": True,
    "bound": [
        {
            "entity_id": _LEAD,
            "revision": 1,
            "because": "left_alone",
            "recorded_at": "2026-03-02T08:14:06.010000Z",
        }
    ],
    "counts": True,
    "corrections": [],
    "readers": [
        {"reader": "scoring", "fate": "applied", "reason": None},
        {"reader": "attribution", "fate": "applied", "reason": None},
    ],
    "counted": [
        {
            "metric": "mql_entered",
            "basis": "activity",
            "day": "2026-03-02",
            "change": "1",
            "currency": None,
            "lead_id": _LEAD,
        }
    ],
    "not_counted": [
        {"measure": "revenue", "reason": "not_read"},
        {"measure": "customers", "reason": "not_read"},
    ],
    "scored": [],
    "dimensions": [],
    "untold": [],
}
