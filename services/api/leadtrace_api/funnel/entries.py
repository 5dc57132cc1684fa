"""How the steps of groups of leads ended, as counts, and such counts unpacked from codes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
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
class OpenSteps:
    """Steps that have not ended: which step, entered on which day (its ordinal), and how many leads.

    Ascending by step and day, each pair once.
    """

    step: Ints
    entry_day: Ints
    count: Ints


@dataclass(frozen=True, slots=True)
class Entries:
    """How the steps of a group of leads ended, as counts by step and bin of age; those open by entry day.

    `late` counts, by the age from which on they were watched, those of them that were not watched from the
    beginning. The arrays of ended steps and `late` are `len(STEPS)` by `BINS`; `unwatched`, by step and by
    whether they were won, are further ones that had ended before they were watched. `entered` and `current`
    are by stage, and `reached`, the leads that entered the step from a rung or took the last one, by rung.
    """

    won: Ints
    lost: Ints
    gone: Ints
    late: Ints
    unwatched: Ints
    open: OpenSteps
    entered: Ints
    reached: Ints
    current: Ints

    def plus(self, others: Iterable["Entries"]) -> "Entries":
        """The sum with others."""
        return _difference([self, *others], [])

    def minus(self, others: Iterable["Entries"]) -> "Entries":
        """What others, which are parts of this, leave of it: exactly, and nothing below 0."""
        return _difference([self], list(others))


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
    nothing = np.zeros(0, dtype=np.int64)
    return unpacked([Packed(nothing, nothing, nothing.astype(np.uint32))])[0]


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
        entries
        for some in _turns(len(groups), max(1, _MOST_AT_ONCE // room))
        for entries in entries_of(_sums(groups[some], codes[_reach(ends, some)], room), first)
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
    return sums.astype(np.int64).reshape(len(groups), room)


def entries_of(sums: Ints, first: int) -> Iterator[Entries]:
    """Those of sums by group and code, in which steps are open since so many days after the first."""
    groups, room = sums.shape
    ended = sums[:, :FIRST_ENTERED].reshape(groups, *ENDED_SHAPE)[..., :BINS]
    opened = sums[:, FIRST_OPEN:].reshape(groups, (room - FIRST_OPEN) // STEP_ROOM, STEP_ROOM)
    reached = _reached(ended, opened.sum(axis=1)[:, : len(STEPS)])
    still = _opened(opened, first)
    for group, one in enumerate(ended):
        yield Entries(
            one[:, End.WON],
            one[:, End.LOST],
            one[:, End.GONE],
            one[:, End.LATE],
            one[:, End.UNWATCHED, :2],
            still[group],
            sums[group, FIRST_ENTERED : FIRST_ENTERED + len(Stage)],
            reached[group],
            sums[group, FIRST_CURRENT : FIRST_CURRENT + len(Stage)],
        )


def _reached(ended: Ints, opened: Ints) -> Ints:
    by_end = ended.sum(axis=-1)
    entered = opened + sum(by_end[:, :, end] for end in (End.WON, End.LOST, End.GONE, End.UNWATCHED))
    unwatched = ended[:, _LAST_STEP, End.UNWATCHED, 1]
    won_last = by_end[:, _LAST_STEP, End.WON] + unwatched
    found: Ints = np.concatenate([entered[:, : len(LADDER) - 1], won_last[:, None]], axis=1)
    return found


def _opened(by_day: Ints, first: int) -> list[OpenSteps]:
    """Those of counts by group, day, from the first on, and step."""
    groups, most_days, steps = by_day.shape
    laid_out = np.ascontiguousarray(by_day.transpose(0, 2, 1)).ravel()
    # Far quicker than to look for the places by group, step and day.
    held = np.flatnonzero(laid_out != 0)
    group_and_step, day = np.divmod(held, most_days)
    group, step = np.divmod(group_and_step, steps)
    count, days = laid_out[held], day + first + FIRST_ORDINAL
    bounds = np.searchsorted(group, np.arange(groups + 1)).tolist()
    return [OpenSteps(step[begin:end], days[begin:end], count[begin:end]) for begin, end in pairwise(bounds)]


def _difference(more: Sequence[Entries], less: Sequence[Entries]) -> Entries:
    """The sum of some less that of others."""

    def total(part: Callable[[Entries], Ints]) -> Ints:
        summed: Ints = np.sum([part(one) for one in more], axis=0)
        return summed - np.sum([part(one) for one in less], axis=0) if less else summed

    return Entries(
        total(lambda one: one.won),
        total(lambda one: one.lost),
        total(lambda one: one.gone),
        total(lambda one: one.late),
        total(lambda one: one.unwatched),
        _difference_of_open([one.open for one in more], [one.open for one in less]),
        total(lambda one: one.entered),
        total(lambda one: one.reached),
        total(lambda one: one.current),
    )


def _difference_of_open(more: Sequence[OpenSteps], less: Sequence[OpenSteps]) -> OpenSteps:
    both = [*more, *less]
    days = np.concatenate([one.entry_day for one in both])
    first = int(days.min()) if len(days) else FIRST_ORDINAL
    places = (days - first) * STEP_ROOM + np.concatenate([one.step for one in both])
    counts = np.concatenate([*(one.count for one in more), *(-one.count for one in less)])
    sums = np.bincount(places, weights=counts).astype(np.int64)
    by_day = np.pad(sums, (0, -len(sums) % STEP_ROOM)).reshape(1, -1, STEP_ROOM)
    return _opened(by_day, first - FIRST_ORDINAL)[0]
