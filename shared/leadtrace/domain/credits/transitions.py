"""Counts of a Markov chain that are kept: paths are added and taken out again, one by one.

What was added and taken out leaves no trace, so that a rollup that is maintained equals one made anew.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

import numpy as np

from leadtrace.domain.credits.aggregate import MICRO, PathCount, check
from leadtrace.domain.credits.chain import Chain, State, Totals, check_order
from leadtrace.domain.credits.limits import check_states

_START: State = ()


class StepCount(NamedTuple):
    """How many journeys that converted, and how many that did not, took a step between two labels.

    `origin` is None from (start), `target` None to the end; journeys without a touch take no step.
    """

    origin: str | None
    target: str | None
    conversions: int
    nulls: int


_Key = TypeVar("_Key")


class TransitionCounts:
    """Steps between the states of a chain of one order, in millionths; see `Chain`."""

    def __init__(self, order: int = 1) -> None:
        """Nothing counted yet.

        Raises:
            ValueError: the order is not 1, 2 or 3.
        """
        check_order(order)
        self.order = order
        self._steps: dict[tuple[State, State], int] = {}
        self._conversions: dict[State, int] = {}
        self._nulls: dict[State, int] = {}
        self._totals = Totals()

    @classmethod
    def of(cls, rows: Iterable[PathCount], order: int = 1) -> "TransitionCounts":
        """The counts of these rows, in whichever order they come."""
        counts = cls(order)
        for row in rows:
            counts.add(row)
        return counts

    @classmethod
    def of_steps(cls, rows: Iterable[StepCount]) -> "TransitionCounts":
        """The counts of a chain of order 1 whose steps were counted by whoever keeps journeys."""
        counts = cls()
        for row in rows:
            if row.target is None:
                state = (row.origin,) if row.origin is not None else _START
                _change(counts._conversions, state, row.conversions * MICRO)
                _change(counts._nulls, state, row.nulls * MICRO)
                continue
            origin = _START if row.origin is None else (row.origin,)
            _change(counts._steps, (origin, (row.target,)), (row.conversions + row.nulls) * MICRO)
            if row.origin is None:
                told = counts._totals.conversions + row.conversions
                counts._totals = counts._totals._replace(conversions=told)
        return counts

    def add(self, row: PathCount) -> None:
        """Count a path; one without a touch adds to what is unattributed only.

        Raises:
            ValueError: a count is below 0, or a value has no conversion that brought it.
        """
        check(row)
        self._move(row, 1)

    def subtract(self, row: PathCount) -> None:
        """Take out what was added: the same path with the same counts, or with fewer.

        Raises:
            ValueError: a count is below 0, or less was counted than is taken out; nothing is changed then.
        """
        check(row)
        self._check_held(row)
        self._move(row, -1)

    def chain(self) -> Chain:
        """The chain as it is counted now.

        Raises:
            LimitExceededError: it has too many states.
        """
        states = tuple(sorted({state for _, state in self._steps}))
        check_states(len(states), self.order)
        size = len(states)
        place = {state: index for index, state in enumerate(states)}
        starts = [0] * size
        steps = [[0] * size for _ in states]
        for (origin, state), micros in self._steps.items():
            row = steps[place[origin]] if origin else starts
            row[place[state]] = micros
        return Chain(
            order=self.order,
            states=states,
            starts=np.array(starts, np.int64),
            steps=np.array(steps, np.int64).reshape(size, size),
            conversions=np.array([self._conversions.get(state, 0) for state in states], np.int64),
            nulls=np.array([self._nulls.get(state, 0) for state in states], np.int64),
            totals=self._totals,
        )

    def _move(self, row: PathCount, sign: int) -> None:
        self._totals = _moved(self._totals, row, sign)
        last = _START
        for step in _steps(row.path, self.order):
            _change(self._steps, step, sign * row.micros)
            last = step[1]
        if last:
            _change(self._conversions, last, sign * row.conversions * MICRO)
            _change(self._nulls, last, sign * row.null_micros)

    def _check_held(self, row: PathCount) -> None:
        wanted: dict[tuple[State, State], int] = {}
        last = _START
        for step in _steps(row.path, self.order):
            _change(wanted, step, row.micros)
            last = step[1]
        held = all(self._steps.get(step, 0) >= micros for step, micros in wanted.items())
        if last:
            held &= self._conversions.get(last, 0) >= row.conversions * MICRO
            held &= self._nulls.get(last, 0) >= row.null_micros
        left = _moved(self._totals, row, -1)
        if not held or min(left.conversions, left.unattributed) < 0:
            raise ValueError(f"the path {row.path} was not counted as often as it is taken out")


def _steps(path: State, order: int) -> Iterator[tuple[State, State]]:
    origin = _START
    for end in range(1, len(path) + 1):
        state = path[max(0, end - order) : end]
        yield origin, state
        origin = state


def _change(counts: dict[_Key, int], key: _Key, by: int) -> None:
    changed = counts.get(key, 0) + by
    if changed:
        counts[key] = changed
    else:
        counts.pop(key, None)


def _moved(totals: Totals, row: PathCount, sign: int) -> Totals:
    conversions, value = sign * row.conversions, sign * row.value
    if row.path:
        return totals._replace(conversions=totals.conversions + conversions, value=totals.value + value)
    return totals._replace(
        unattributed=totals.unattributed + conversions,
        unattributed_value=totals.unattributed_value + value,
    )
