"""What of a set was recorded on the last day on which anything of it was, and how much before.

It depends on the set alone, not on the order of arrival, so that a reader of two snapshots can tell whether
the newer one only adds what was recorded on its last day.
"""

from collections.abc import Iterable
from enum import StrEnum
from zlib import crc32

import msgspec

from leadtrace.domain.calendar import DAY_US, Days
from leadtrace.domain.fact import Fact
from leadtrace.events.binding import Ground
from leadtrace.events.catalogue import Code
from leadtrace.events.known import Known

_MARK = 2**32 - 1
_TWO_DAYS_US = 2 * DAY_US


class Cause(StrEnum):
    """What about an event changes numbers of days before it was recorded."""

    LATER_EVENT = "later_event"
    LATE_EVENT = "late_event"
    MERGE = "merge"
    SPLIT = "split"
    CORRECTION = "correction"
    REFUND = "refund"
    ERASURE = "erasure"


CAUSES = tuple(Cause)
_BIT = {cause: 1 << place for place, cause in enumerate(CAUSES)}
_BY_CODE: dict[int, Cause] = {
    Code.LEAD_REBOUND: Cause.MERGE,
    Code.DEAL_REBOUND: Cause.MERGE,
    Code.EVENT_CORRECTED: Cause.CORRECTION,
    Code.DEAL_REFUNDED: Cause.REFUND,
    Code.LEAD_ERASED: Cause.ERASURE,
}
# Types that count though folds read nothing of them: they change what else is in the set.
MARKS = frozenset(_BY_CODE)
_BY_GROUND = {
    Ground.SPLIT: Cause.SPLIT,
    Ground.FAN_IN: Cause.SPLIT,
    Ground.LEFT_ALONE: Cause.SPLIT,
    Ground.CORRECTED: Cause.CORRECTION,
}


class Recorded(msgspec.Struct, array_like=True, gc=False):
    """`day` is the last day of recording, by number; `causes` are bits, of the facts of that day only.

    Marks are sums over the identities of the facts counted: sets of one size seldom share theirs.
    """

    day: int = 0
    latest: int = 0
    before: int = 0
    on: int = 0
    causes: int = 0
    before_mark: int = 0
    on_mark: int = 0

    def take(self, fact: Fact, days: Days) -> None:
        """Count one more fact."""
        day = days.number(fact.recorded)
        mark = crc32(f"{fact.source} {fact.id}".encode())
        self.latest = max(self.latest, fact.recorded)
        if day < self.day:
            self.before += 1
            self.before_mark = self.before_mark + mark & _MARK
            return
        if day > self.day:
            self.day, self.before, self.on, self.causes = day, self.before + self.on, 0, 0
            self.before_mark, self.on_mark = self.before_mark + self.on_mark & _MARK, 0
        self.on += 1
        self.on_mark = self.on_mark + mark & _MARK
        self.causes |= _BIT[cause_of(fact, day, days)]


def cause_of(fact: Fact, day: int, days: Days) -> Cause:
    """Why a fact that was recorded on `day` may change numbers of days before."""
    known = _BY_CODE.get(fact.code)
    if known is Cause.MERGE and fact.values:
        return cause_of_move(str(fact.values[0]))
    if known is not None:
        return known
    return Cause.LATE_EVENT if _is_late(fact, day, days) else Cause.LATER_EVENT


def cause_of_move(ground: str) -> Cause:
    """Why a record that was bound anew changes numbers of days before."""
    return _BY_GROUND.get(Ground(ground), Cause.MERGE)


def _is_late(fact: Fact, day: int, days: Days) -> bool:
    behind = fact.recorded - fact.at
    # A moment long before the door's may be outside the calendar.
    return behind > 0 and (behind > _TWO_DAYS_US or days.number(fact.at) < day)


def together(parts: Iterable[Recorded]) -> Known | None:
    """The same of the union of sets; None where nothing was counted."""
    counted = [part for part in parts if part.on]
    if not counted:
        return None
    day = max(part.day for part in counted)
    last = [part for part in counted if part.day == day]
    on, on_mark = sum(part.on for part in last), sum(part.on_mark for part in last)
    total = sum(part.before + part.on for part in counted)
    mark = sum(part.before_mark + part.on_mark for part in counted)
    causes = 0
    for part in last:
        causes |= part.causes
    return Known(
        max(part.latest for part in last),
        total - on,
        total,
        tuple([cause.value for cause in CAUSES if causes & _BIT[cause]]),
        mark - on_mark & _MARK,
        mark & _MARK,
    )
