"""Paths as arrays, as they are stored to be counted a million at a time; `stepping` counts them.

Labels stand in the order of code points, rows in any: the chain is that of `TransitionCounts` of these rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.credits.aggregate import MICRO, PathCount, check
from leadtrace.domain.credits.chain import Chain, Totals, check_order
from leadtrace.domain.credits.limits import check_step_kinds
from leadtrace.domain.credits.stepping import Taken, chain_of

Codes: TypeAlias = NDArray[np.unsignedinteger[Any]]
Wholes: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPaths:
    """Paths behind one another: that of row i is `codes[offsets[i]:offsets[i + 1]]`.

    `codes` are 1-based places in `labels`, in at most 32 bits; 0 is no channel. The other arrays have one
    entry a row, as `PathCount` has: `values` are minor units of one currency.
    """

    labels: tuple[str, ...]
    codes: Codes
    offsets: Wholes
    conversions: Wholes
    nulls: Wholes
    values: Wholes
    open_micros: Wholes

    def chain(self, order: int = 1) -> Chain:
        """The chain of these paths.

        Raises:
            ValueError: the order is not 1, 2 or 3, or there are more steps than doubles can count (9e9).
            LimitExceededError: there are too many channels for the order.
        """
        check_order(order)
        check_step_kinds((len(self.labels) + 1) ** (order + 1), order)
        touched = self.offsets[1:] > self.offsets[:-1]
        # Nearly always every path has a touch, and a million rows need not be copied then.
        rows = slice(None) if touched.all() else touched
        nulls, unit = self.nulls[rows], MICRO
        converted = self.conversions[rows]
        totals = self._totals(converted, self.values[rows])
        if self.open_micros.any():
            converted, nulls, unit = converted * MICRO, nulls * MICRO + self.open_micros[rows], 1
        taken = Taken(self.codes, self.offsets[:-1][rows], self.offsets[1:][rows], converted, nulls, unit)
        return chain_of(taken, self.labels, order, totals)

    def _totals(self, converted: Wholes, values: Wholes) -> Totals:
        conversions, value = int(converted.sum()), int(values.sum())
        if len(converted) == len(self.conversions):
            return Totals(conversions, value)
        return Totals(
            conversions, value, int(self.conversions.sum()) - conversions, int(self.values.sum()) - value
        )


def encode(rows: Sequence[PathCount]) -> EncodedPaths:
    """The same paths as arrays, in the order in which they come.

    Raises:
        ValueError: a count is below 0, or a value has no conversion that brought it.
    """
    for row in rows:
        check(row)
    labels = tuple(sorted({label for row in rows for label in row.path}))
    code = {label: place for place, label in enumerate(labels, 1)}
    return EncodedPaths(
        labels=labels,
        codes=np.array([code[label] for row in rows for label in row.path], np.min_scalar_type(len(labels))),
        offsets=np.cumsum([0, *(len(row.path) for row in rows)], dtype=np.int64),
        conversions=np.array([row.conversions for row in rows], np.int64),
        nulls=np.array([row.nulls for row in rows], np.int64),
        values=np.array([row.value for row in rows], np.int64),
        open_micros=np.array([row.open_micros for row in rows], np.int64),
    )
