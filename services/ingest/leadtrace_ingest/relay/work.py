"""An item on its way through the relay, and what has become of it so far."""

from datetime import datetime
from uuid import UUID

import msgspec

from leadtrace_ingest.outcome import Outcome, Reason
from leadtrace_ingest.relay.rows import IntakeRow
from leadtrace_ingest.senders.item import Ignored, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.sender import Sender

_OUTCOMES: dict[type, Outcome] = {
    Mapped: Outcome.PUBLISHED,
    Ignored: Outcome.IGNORED,
    Refused: Outcome.QUARANTINED,
}


class Place(msgspec.Struct, frozen=True, gc=False):
    """Which item made a claim."""

    intake_id: UUID
    item: int


# Below it are the events of an item itself, from it on what was told of records that the item moved.
FIRST_TOLD_PART = 20_000
# The label of what lies beside an item and is none of its own: no mapping made it, and none unmakes it.
TOLD_BESIDE = "identity@1"


class Work(msgspec.Struct, gc=False):
    """One item of one delivery; `original` is set on a copy, `conflict` on an impostor of that item.

    `mapping` is the label of the mapping that it went through. `kept` is an item done again that has events
    already: they count, whatever the mapping now in force makes of it. Its events are numbered from
    `first_part` on, what it tells of records that move from `first_told_part` on. `suppressed` is
    an item of somebody who was erased after it happened.
    """

    row: IntakeRow
    sender: Sender
    mapping: str
    item: int
    raw: bytes
    result: ItemResult
    original: Place | None = None
    conflict: bool = False
    kept: bool = False
    first_part: int = 0
    first_told_part: int = FIRST_TOLD_PART
    suppressed: bool = False

    @property
    def outcome(self) -> Outcome:
        """The one outcome, once claims are settled."""
        if self.kept:
            return Outcome.PUBLISHED
        if self.suppressed:
            return Outcome.SUPPRESSED
        if self.original is None:
            return _OUTCOMES[type(self.result)]
        return Outcome.QUARANTINED if self.conflict else Outcome.DUPLICATE

    @property
    def reason(self) -> Reason | None:
        """Why it was ignored or quarantined."""
        if self.conflict:
            return Reason.ID_CONFLICT
        if self.suppressed and not self.kept:
            return Reason.ERASED
        return None if self.kept or isinstance(self.result, Mapped) else self.result.reason

    @property
    def place(self) -> Place:
        """Which item of which delivery it is."""
        return Place(self.row.intake_id, self.item)

    @property
    def received_at(self) -> datetime:
        """When the door received the delivery."""
        return self.row.received_at
