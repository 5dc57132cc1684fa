"""A Markov chain as counted: how often each step between states was taken, in whole millionths.

A state is the last `order` channels of a path, fewer in its beginning; (start), (conversion) and (null) are
arrays of their own. States stand in one order, so that equal counts are equal chains, bit for bit.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

State: TypeAlias = tuple[str, ...]
Micros: TypeAlias = NDArray[np.int64]

ORDERS = (1, 2, 3)


class Totals(NamedTuple):
    """What there is to give credit for; value in minor units of one currency.

    `unattributed` are conversions, and their value, whose path has no touch: they are in no chain.
    """

    conversions: int = 0
    value: int = 0
    unattributed: int = 0
    unattributed_value: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Counts of steps: `starts`, `conversions`, `nulls` of shape (states,), `steps` (from, to)."""

    order: int
    states: tuple[State, ...]
    starts: Micros
    steps: Micros
    conversions: Micros
    nulls: Micros
    totals: Totals

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel that some path has, ordered by code point."""
        return tuple(sorted({label for state in self.states for label in state}))

    def __eq__(self, other: object) -> bool:
        """Whether every count is equal."""
        if not isinstance(other, Chain):
            return NotImplemented
        mine, theirs = self._arrays(), other._arrays()
        same = all(np.array_equal(one, two) for one, two in zip(mine, theirs, strict=True))
        return same and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def _arrays(self) -> tuple[Micros, ...]:
        return self.starts, self.steps, self.conversions, self.nulls

    def _facts(self) -> tuple[object, ...]:
        return self.order, self.states, self.totals


def check_order(order: int) -> None:
    """Refuse an order that is not computed.

    Raises:
        ValueError: it is none of `ORDERS`.
    """
    if order not in ORDERS:
        raise ValueError(f"a chain has order 1, 2 or 3, not {order}")
