"""Which postings of one account of spend count: a pure function of the set of its postings and corrections.

A posting replaces every earlier one whose scope it holds; "later" is the door's receipt, ties by event id.
One that was corrected counts no more, so that what it had replaced stands again.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from leadtrace.domain.corrections import Correction, Identity, void_events


class Fate(StrEnum):
    """What became of a posting; each has exactly one fate."""

    COUNTED = "counted"
    REPLACED = "replaced"
    VOID = "void"


class Posting(NamedTuple):
    """All days of one account from `first` until `last`, both inclusive, as recorded (µs) by an event."""

    recorded: int
    source: str
    id: str
    first: date
    last: date

    @property
    def identity(self) -> Identity:
        """Source and id of the event."""
        return self.source, self.id


def fates(postings: Iterable[Posting], corrections: Iterable[Correction] = ()) -> dict[Identity, Fate]:
    """The fate of each posting of one account, in any order, each as often as it likes."""
    void = void_events(set(corrections))
    kept = _Scopes()
    found: dict[Identity, Fate] = {}
    # Newest first: what no newer one holds stands. What a replaced one held its replacement holds as well.
    for posting in sorted(set(postings), reverse=True):
        if posting.identity in void:
            found[posting.identity] = Fate.VOID
        elif kept.hold(posting):
            found[posting.identity] = Fate.REPLACED
        else:
            kept.add(posting)
            found[posting.identity] = Fate.COUNTED
    return found


class _Scopes:
    """Scopes by their first days; `furthest` is the last day that any of those up to a place reaches."""

    def __init__(self) -> None:
        self._firsts: list[date] = []
        self._furthest: list[date] = []

    def hold(self, posting: Posting) -> bool:
        """Whether one of them holds all days of a posting."""
        place = bisect_right(self._firsts, posting.first) - 1
        return place >= 0 and self._furthest[place] >= posting.last

    def add(self, posting: Posting) -> None:
        """Take one more."""
        place = bisect_right(self._firsts, posting.first)
        insort(self._firsts, posting.first)
        before = self._furthest[place - 1] if place else posting.last
        self._furthest.insert(place, max(before, posting.last))
        for later in range(place + 1, len(self._furthest)):
            if self._furthest[later] >= posting.last:
                break
            self._furthest[later] = posting.last
