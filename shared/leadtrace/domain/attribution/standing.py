"""Where a lead stands in its stage history, and the counts that hold for good.

What was only asserted (a record read as it stands) adds what no change has said, and never undoes one.
"""

import msgspec

from leadtrace.domain.stages import NO_RUNG, ORDER, kind_of_step, on_ladder
from leadtrace.events.lead import Stage

_CUSTOMER_RUNG = ORDER[Stage.CUSTOMER.value]


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A moment (µs) that may enter a stage; `event` is the identity `source id` behind it.

    `claimed` (the CRM's own word) and `actor` are there for claims only; `asserted` marks a claim that is
    no change, `bulk` one of many at once; `recorded` (µs) is when it was told, 0 where that is not known.
    """

    at: int
    stage: str
    event: str
    claimed: str | None = None
    actor: str | None = None
    asserted: bool = False
    bulk: bool = False
    recorded: int = 0


class Standing(msgspec.Struct, array_like=True, gc=False):
    """The sum of a history: stage now and since when (µs), last rung, and by stage entries and first moment.

    `count` is the number of entries in all; `until` the moment of the last claim taken, entered or not;
    `changed` whether a claimed change led to where it stands.
    """

    stage: str | None = None
    since: int | None = None
    rung: int = NO_RUNG
    entries: dict[str, int] = {}
    first: dict[str, int] = {}
    count: int = 0
    until: int = 0
    changed: bool = False

    def enter(self, entry: Entry) -> str | None:
        """Take an entry in; its kind, or None where it says nothing new."""
        stage = entry.stage
        claimed_change = entry.claimed is not None and not entry.asserted
        if stage == self.stage:
            self.changed = self.changed or claimed_change
            return None
        if entry.asserted and not self._adds(stage):
            return None
        self.changed = claimed_change
        kind = kind_of_step(self.rung, stage)
        self.stage = stage
        self.since = entry.at
        self.count += 1
        self.entries[stage] = self.entries.get(stage, 0) + 1
        self.first.setdefault(stage, entry.at)
        if kind != "beside":
            self.rung = ORDER[stage]
        return kind

    def _adds(self, stage: str) -> bool:
        """Whether the assertion of a stage says what no change has said.

        A stage that was entered before was left by a change; nothing asserted takes a lead down the ladder,
        takes a customer away, or brings back whom a change took off the ladder.
        """
        if stage in self.first:
            return False
        if self.stage is None:
            return True
        if not on_ladder(self.stage) and self.changed:
            return False
        return ORDER[stage] > self.rung if on_ladder(stage) else self.rung < _CUSTOMER_RUNG

    def recall(self, entry: Entry) -> None:
        """Take in what deals or the capture say of a time whose claims are only summarised.

        It moves no stage and counts at most once: enough for `first` to stay true.
        """
        stage = entry.stage
        if stage in self.first:
            self.first[stage] = min(self.first[stage], entry.at)
            return
        self.count += 1
        self.entries[stage] = 1
        self.first[stage] = entry.at

    def copy(self) -> "Standing":
        """One that may be changed without changing this."""
        return msgspec.structs.replace(self, entries=dict(self.entries), first=dict(self.first))
