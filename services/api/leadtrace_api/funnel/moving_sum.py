"""The sum of days by group and code, and their money, made of another by the days that came and went."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leadtrace_api.funnel.day_money import DayMoney
from leadtrace_api.funnel.day_rows import DayRows, GroupKey, States
from leadtrace_api.funnel.entries import Entries, room_of
from leadtrace_api.funnel.moving_money import NO_MONEY_AT_ALL, MovingMoney
from leadtrace_api.projector.step_codes import FIRST_OPEN, STEP_ROOM, Ints

# 32 MB. A sum that were larger is made anew for each question, in turns.
MOST_CELLS: Final = 1 << 22


@dataclass(frozen=True)
class MovingSum:
    """Days by number, the calendar's first being 0, and how often each code stands in each group of them.

    Open steps are counted from the day `first` on. The counts are never written to once they are made.
    """

    days: Mapping[int, DayRows]
    first: int
    places: Mapping[GroupKey, int]
    counts: Ints
    money: MovingMoney

    @cached_property
    def size(self) -> int:
        """Bytes of memory, nearly; days that several sums share count in each."""
        own = int(self.counts.nbytes) + self.money.size
        return own + sum(one.size for one in self.days.values())

    @cached_property
    def entries(self) -> dict[GroupKey, Entries]:
        """How the steps of each group that has any ended."""
        return {group: Entries(self.counts[place], self.first) for group, place in self.places.items()}

    @cached_property
    def states(self) -> States:
        """In which state each of the days is."""
        return {day: one.state for day, one in self.days.items()}

    def far_from(self, states: States) -> int:
        """How many days would come and go until this is the sum of days in these states."""
        return len(self.states.items() ^ states.items())

    def moved(self, days: Mapping[int, DayRows]) -> "MovingSum | None":
        """The sum of these days; None if it were too large to keep."""
        states = {day: one.state for day, one in days.items()}
        if states == self.states:
            return self
        came, went = _others(days, self.states), _others(self.days, states)
        first = min(days, default=0)
        places = dict(self.places)
        for one in came.values():
            for group in one.groups:
                places.setdefault(group, len(places))
        added, taken = _Cells.of(came, places, first), _Cells.of(went, places, first)
        room = max(added.room, self.counts.shape[1] - (first - self.first) * STEP_ROOM, FIRST_OPEN)
        if len(places) * room > MOST_CELLS:
            return None
        counts = self._laid_out(np.zeros((len(places), room), dtype=np.int64), first)
        np.add.at(counts, (added.places, added.codes), added.counts)
        np.subtract.at(counts, (taken.places, taken.codes), taken.counts)
        money = self.money.moved(_money(came), _money(went))
        return _without_empty(MovingSum(days, first, places, counts, money))

    def _laid_out(self, counts: Ints, first: int) -> Ints:
        """What is counted from another first day on: days before it are lost."""
        held = len(self.places)
        counts[:held, :FIRST_OPEN] = self.counts[:, :FIRST_OPEN]
        later = (first - self.first) * STEP_ROOM
        still = self.counts[:, FIRST_OPEN + max(later, 0) :]
        begin = FIRST_OPEN + max(-later, 0)
        counts[:held, begin : begin + still.shape[1]] = still
        return counts


NOTHING: Final = MovingSum({}, 0, {}, np.zeros((0, FIRST_OPEN), dtype=np.int64), NO_MONEY_AT_ALL)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Where days count in a sum, and how much."""

    places: Ints
    codes: Ints
    counts: Ints

    @property
    def room(self) -> int:
        """How many codes a sum has that they fit into."""
        return room_of(self.codes)

    @classmethod
    def of(cls, days: Mapping[int, DayRows], places: Mapping[GroupKey, int], first: int) -> "_Cells":
        """Those of days; steps that are open since before the first day are left out."""
        rows = days.values()
        sizes = _joined(one.sizes for one in rows)
        place = np.array([places[group] for one in rows for group in one.groups], dtype=np.int64)
        later = (np.array(list(days), dtype=np.int64) - first) * STEP_ROOM
        codes = _joined(one.pairs["code"] for one in rows)
        is_open = codes >= FIRST_OPEN
        codes[is_open] += np.repeat(later, [len(one.pairs) for one in rows])[is_open]
        within = ~is_open | (codes >= FIRST_OPEN)
        counts = _joined(one.pairs["count"] for one in rows)
        return cls(np.repeat(place, sizes)[within], codes[within], counts[within])


def _joined(parts: Iterable[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts]).astype(np.int64)


def _others(days: Mapping[int, DayRows], states: States) -> dict[int, DayRows]:
    """The days that are in none of these states."""
    return {day: one for day, one in days.items() if states.get(day) != one.state}


def _money(days: Mapping[int, DayRows]) -> list[DayMoney]:
    return [one.money for one in days.values()]


def _without_empty(made: MovingSum) -> MovingSum:
    """The groups that have anything left."""
    held: NDArray[np.bool] = np.any(made.counts, axis=1)
    if held.all():
        return made
    groups = [group for group, place in made.places.items() if held[place]]
    places = {group: place for place, group in enumerate(groups)}
    return replace(made, places=places, counts=made.counts[held])
