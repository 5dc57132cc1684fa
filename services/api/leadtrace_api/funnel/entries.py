"""How the steps of groups of leads ended, as counts by code, and such counts made of codes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.survival.age_bins import BINS
from leadtrace.events.lead import LADDER, Stage
from leadtrace_api.projector.step_codes import (
    ENDED_SHAPE,
    FIRST_CURRENT,
    FIRST_ENTERED,
    FIRST_OPEN,
    OVERALL,
    STEP_ROOM,
    STEPS,
    End,
    Ints,
)

FIRST_ORDINAL: Final = date.min.toordinal()
# Before the whole way stands the step to the last rung.
_LAST_STEP: Final = OVERALL - 1
# 32 MB of sums: groups beyond that are unpacked in turns.
_MOST_AT_ONCE: Final = 1 << 22
_Whole: TypeAlias = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Entries:
    """How many leads each code stands for, the codes being the last axis; another one before is of groups.

    Open steps are counted from the day `first` on, the calendar's first being 0. What is told of ended steps
    has further axes by step and by bin of age: `late` counts, by the age from which on they were watched,
    those that were not watched from the beginning; `unwatched`, by whether they were won, are further ones
    that had ended before they were watched. `entered` and `current` are by stage, and `reached`, the leads
    that entered the step from a rung or took the last one, by rung.
    """

    counts: Ints
    first: int

    @property
    def won(self) -> Ints:
        """Steps that were taken."""
        return self._ended(End.WON)

    @property
    def lost(self) -> Ints:
        """Steps of leads that were lost."""
        return self._ended(End.LOST)

    @property
    def gone(self) -> Ints:
        """Steps of leads that were not watched further."""
        return self._ended(End.GONE)

    @property
    def late(self) -> Ints:
        """Of all steps those that came to be watched at an age."""
        return self._ended(End.LATE)

    @property
    def unwatched(self) -> Ints:
        """By step those that were not won, and those that were."""
        return self._ended(End.UNWATCHED)[..., :2]

    @property
    def days(self) -> int:
        """Of how many days, from the first on, open steps are counted."""
        return (int(self.counts.shape[-1]) - FIRST_OPEN) // STEP_ROOM

    @property
    def opened(self) -> Ints:
        """Steps that have not ended, by days from the first on and by step."""
        opened = self.counts[..., FIRST_OPEN:]
        return opened.reshape(*opened.shape[:-1], self.days, STEP_ROOM)[..., : len(STEPS)]

    @property
    def entered(self) -> Ints:
        """Entries to each stage."""
        return self.counts[..., FIRST_ENTERED : FIRST_ENTERED + len(Stage)]

    @property
    def current(self) -> Ints:
        """Leads that stand at each stage."""
        return self.counts[..., FIRST_CURRENT : FIRST_CURRENT + len(Stage)]

    @property
    def reached(self) -> Ints:
        """Leads that reached each rung."""
        unwatched = self.unwatched
        ended = sum(one.sum(axis=-1) for one in (self.won, self.lost, self.gone, unwatched))
        entered = (ended + self.opened.sum(axis=-2))[..., : len(LADDER) - 1]
        won_last = self.won[..., _LAST_STEP, :].sum(axis=-1) + unwatched[..., _LAST_STEP, 1]
        found: Ints = np.concatenate([entered, won_last[..., None]], axis=-1)
        return found

    def plus(self, others: Iterable["Entries"]) -> "Entries":
        """The sum with others."""
        return _summed([self, *others], [])

    def minus(self, others: Iterable["Entries"]) -> "Entries":
        """What others, which are parts of this, leave of it: exactly, and nothing below 0."""
        return _summed([self], list(others))

    def _ended(self, end: End) -> Ints:
        ended = self.counts[..., :FIRST_ENTERED]
        return ended.reshape(*ended.shape[:-1], *ENDED_SHAPE)[..., end, :BINS]


def stacked(groups: Sequence[Entries]) -> Entries:
    """Single groups as one with an axis of groups."""
    first, room = _span(groups)
    counts = np.zeros((len(groups), room), dtype=np.int64)
    for mine, one in zip(counts, groups, strict=True):
        for place, part in _parts_of(one, mine, first):
            place[:] = part
    return Entries(counts, first)


def _summed(more: Sequence[Entries], less: Sequence[Entries]) -> Entries:
    first, room = _span([*more, *less])
    counts = np.zeros(room, dtype=np.int64)
    for groups, put in ((more, np.add), (less, np.subtract)):
        for one in groups:
            for place, part in _parts_of(one, counts, first):
                put(place, part, out=place)
    return Entries(counts, first)


def _parts_of(one: Entries, counts: Ints, first: int) -> Iterator[tuple[Ints, Ints]]:
    """Where among counts from a day on, the group's at the latest, its own are, and these."""
    yield counts[:FIRST_OPEN], one.counts[:FIRST_OPEN]
    if one.days:
        begin = FIRST_OPEN + (one.first - first) * STEP_ROOM
        yield counts[begin : begin + one.days * STEP_ROOM], one.counts[FIRST_OPEN:]


def _span(groups: Sequence[Entries]) -> tuple[int, int]:
    """The first day of any, and how many codes there are from it on."""
    with_days = [one for one in groups if one.days]
    first = min((one.first for one in with_days), default=0)
    return first, FIRST_OPEN + max((one.days + one.first - first for one in with_days), default=0) * STEP_ROOM


@dataclass(frozen=True, slots=True)
class Packed:
    """The codes of a group on end: of which days (the calendar's first is 0), how many each day, and they.

    `counts` tells how many leads each code stands for; without it, one.
    """

    days: _Whole
    sizes: _Whole
    codes: NDArray[np.unsignedinteger]
    counts: NDArray[np.unsignedinteger] | None = None


@cache
def no_entries() -> Entries:
    """Those of no lead at all."""
    return Entries(np.zeros(FIRST_OPEN, dtype=np.int64), 0)


def unpacked(groups: Sequence[Packed]) -> list[Entries]:
    """The sum of all days of each group."""
    if not groups:
        return []
    days = np.concatenate([one.days for one in groups]).astype(np.int64)
    first = int(days.min()) if len(days) else 0
    sizes = np.concatenate([one.sizes for one in groups])
    codes = np.concatenate([one.codes for one in groups]).astype(np.int64)
    # From days after the cohort's to days after the first: all rows are counted in one go.
    np.add(codes, np.repeat((days - first) * STEP_ROOM, sizes), out=codes, where=codes >= FIRST_OPEN)
    room = room_of(codes)
    ends = np.cumsum([len(one.codes) for one in groups])
    return [
        Entries(counts, first)
        for some in _turns(len(groups), max(1, _MOST_AT_ONCE // room))
        for counts in _sums(groups[some], codes[_reach(ends, some)], room)
    ]


def room_of(codes: Ints) -> int:
    """How many codes there are up to the highest one, with all steps of its day."""
    room = max(FIRST_OPEN, int(codes.max(initial=0)) + 1)
    return room + -(room - FIRST_OPEN) % STEP_ROOM


def _turns(count: int, most: int) -> Iterator[slice]:
    for begin in range(0, count, most):
        yield slice(begin, min(begin + most, count))


def _reach(ends: Ints, some: slice) -> slice:
    """Which codes are those of some groups."""
    return slice(int(ends[some.start - 1]) if some.start else 0, int(ends[some.stop - 1]))


def _sums(groups: Sequence[Packed], codes: Ints, room: int) -> Ints:
    """How often each code stands in each group."""
    sizes = [len(one.codes) for one in groups]
    places = codes + np.repeat(np.arange(len(groups), dtype=np.int64) * room, sizes)
    counted = [one.counts for one in groups if one.counts is not None]
    weights = np.concatenate(counted) if counted else None
    # Sums of doubles are exact far beyond the number of leads that there can be.
    sums = np.bincount(places, weights=weights, minlength=len(groups) * room)
    return sums.astype(np.int64, copy=False).reshape(len(groups), room)
