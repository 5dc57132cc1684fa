"""Where a lead stands in its stage history, and the counts that hold for good."""

import msgspec

from leadtrace.domain.stages import NO_RUNG, ORDER, kind_of_step


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A moment (µs) that may enter a stage; `event` is the identity `source id` behind it.

    `claimed` (the CRM's own word) and `actor` are there for claims only.
    """

    at: int
    stage: str
    event: str
    claimed: str | None = None
    actor: str | None = None


class Standing(msgspec.Struct, array_like=True, gc=False):
    """The sum of a history: stage now and since when (µs), last rung, and by stage entries and first moment.

    `count` is the number of entries in all; `until` the moment of the last claim taken, entered or not.
    """

    stage: str | None = None
    since: int | None = None
    rung: int = NO_RUNG
    entries: dict[str, int] = {}
    first: dict[str, int] = {}
    count: int = 0
    until: int = 0

    def enter(self, entry: Entry) -> str | None:
        """Take an entry in; its kind, or None where the lead stood at that stage already."""
        stage = entry.stage
        if stage == self.stage:
            return None
        kind = kind_of_step(self.rung, stage)
        self.stage = stage
        self.since = entry.at
        self.count += 1
        self.entries[stage] = self.entries.get(stage, 0) + 1
        self.first.setdefault(stage, entry.at)
        if kind != "beside":
            self.rung = ORDER[stage]
        return kind

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
