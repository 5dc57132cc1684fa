"""An item on its way through the relay, and what has become of it so far."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from leadtrace_ingest.outcome import Outcome, Reason
from leadtrace_ingest.relay.rows import IntakeRow
from leadtrace_ingest.senders.item import Ignored, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.sender import Sender


@dataclass(frozen=True, slots=True)
class Place:
    """Which item made a claim."""

    intake_id: UUID
    item: int


@dataclass(slots=True)
class Work:
    """One item of one delivery; `original` is set on a copy, `conflict` on an impostor of that item."""

    row: IntakeRow
    sender: Sender
    item: int
    raw: bytes
    result: ItemResult
    original: Place | None = None
    conflict: bool = False

    @property
    def outcome(self) -> Outcome:
        """The one outcome, once claims are settled."""
        if self.conflict:
            return Outcome.QUARANTINED
        if self.original is not None:
            return Outcome.DUPLICATE
        match self.result:
            case Mapped():
                return Outcome.PUBLISHED
            case Ignored():
                return Outcome.IGNORED
            case Refused():
                return Outcome.QUARANTINED

    @property
    def reason(self) -> Reason | None:
        """Why it was ignored or quarantined."""
        if self.conflict:
            return Reason.ID_CONFLICT
        return None if isinstance(self.result, Mapped) else self.result.reason

    @property
    def received_at(self) -> datetime:
        """When the door received the delivery."""
        return self.row.received_at
