"""Paths with what became of those who took them: the only input of data-driven models.

Equal paths are one row and rows stand in one order, so that no result depends on how leads were read.
A lead that is still open is no non-conversion: it is left out, or weighted by how likely it will not convert.
"""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Final, NamedTuple

# Every count of a model is a whole number of millionths, so that weighted leads are added without rounding.
MICRO: Final = 1_000_000


class PathCount(NamedTuple):
    """How often a path was taken and how it ended.

    `path` holds labels of one level in the order of the touches, `value` is in minor units of one currency.
    `open_micros` are leads still open, in millionths of a non-conversion; 0 where they are left out.
    """

    path: tuple[str, ...]
    conversions: int
    nulls: int
    value: int = 0
    open_micros: int = 0

    @property
    def null_micros(self) -> int:
        """Non-conversions, known and weighted, in millionths."""
        return self.nulls * MICRO + self.open_micros

    @property
    def micros(self) -> int:
        """All that took the path, in millionths."""
        return self.conversions * MICRO + self.null_micros


def still_open(path: tuple[str, ...], will_not_convert: Fraction | float) -> PathCount:
    """A lead still open, as `open=weighted` counts it; the chance is rounded half-even to millionths.

    Raises:
        ValueError: the chance is not within 0 and 1.
    """
    if not 0 <= will_not_convert <= 1:
        raise ValueError(f"a chance of {will_not_convert} is not within 0 and 1")
    return PathCount(path, 0, 0, open_micros=round(Fraction(will_not_convert) * MICRO))


def aggregate(rows: Iterable[PathCount]) -> tuple[PathCount, ...]:
    """One row for each path, ordered by path (code point); paths that nobody took are left out.

    Raises:
        ValueError: a count is below 0, or a value has no conversion that brought it.
    """
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        check(row)
        entry = sums[row.path]
        entry[0] += row.conversions
        entry[1] += row.nulls
        entry[2] += row.value
        entry[3] += row.open_micros
    merged = (PathCount(path, *entry) for path, entry in sorted(sums.items()))
    return tuple(row for row in merged if row.micros)


def check(row: PathCount) -> None:
    """Refuse a row that no lead can have made.

    Raises:
        ValueError: a count is below 0, or a value has no conversion that brought it.
    """
    if min(row.conversions, row.nulls, row.open_micros) < 0:
        raise ValueError(f"a count of the path {row.path} is below 0")
    if row.value and not row.conversions:
        raise ValueError(f"the path {row.path} has a value and no conversion")
