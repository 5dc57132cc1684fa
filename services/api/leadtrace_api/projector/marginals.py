"""From increments of leads to rows of the rollups: each dimension alone, and the total.

Rows come sorted, so that all who write them lock them in one order.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias

from leadtrace_api.projector.contribution import REVENUE_MEASURES, STAGE_MEASURES, Basis, Cell, Measure
from leadtrace_api.projector.dimensions import DIMENSIONS, TOTAL

# (definition version, basis, dimension, day, key, stage or currency)
RollupKey: TypeAlias = tuple[int, Basis, str, date, str | None, str]
RollupRow: TypeAlias = tuple[RollupKey, tuple[int, ...]]


def funnel_rows(increments: Mapping[Cell, int]) -> list[RollupRow]:
    """The rows of `funnel_daily` to add: entered, reached and current."""
    return _rows(increments, STAGE_MEASURES)


def revenue_rows(increments: Mapping[Cell, int]) -> list[RollupRow]:
    """The rows of `revenue_daily` to add: customers, and revenue in minor units."""
    return _rows(increments, REVENUE_MEASURES)


def _rows(increments: Mapping[Cell, int], measures: Sequence[Measure]) -> list[RollupRow]:
    column = {measure: index for index, measure in enumerate(measures)}
    sums: dict[RollupKey, list[int]] = {}
    for (version, basis, day, keys, name, measure), amount in increments.items():
        index = column.get(measure)
        if index is None:
            continue
        for dimension, key in ((TOTAL, None), *zip(DIMENSIONS, keys, strict=True)):
            cell = (version, basis, dimension, day, key, name)
            row = sums.get(cell)
            if row is None:
                row = sums[cell] = [0] * len(measures)
            row[index] += amount
    changed = [(cell, tuple(row)) for cell, row in sums.items() if any(row)]
    return sorted(changed, key=_order)


def _order(row: RollupRow) -> tuple[object, ...]:
    version, basis, dimension, day, key, name = row[0]
    return (version, basis, dimension, day, key is not None, key or "", name)
