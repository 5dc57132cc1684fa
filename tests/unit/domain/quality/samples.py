"""Samples of judged leads for the tests of the score's quality."""

from collections.abc import Iterable, Sequence

import numpy as np

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.quality.moment import NEVER, Sample

UNTIL = 2_000 * DAY_US
# (days before UNTIL, won after so many days, lost after so many days, points, band)
Row = tuple[float, float | None, float | None, float, str]


def sample(rows: Iterable[Row]) -> Sample:
    """The columns of hand-written rows."""
    made = [
        (
            UNTIL - round(age * DAY_US),
            *(NEVER if one is None else UNTIL + round((one - age) * DAY_US) for one in (won, lost)),
            round(points * 1_000),
            BANDS.index(band),
        )
        for age, won, lost, points, band in rows
    ]
    columns: Sequence[Sequence[int]] = list(zip(*made, strict=True)) or [()] * 5
    return Sample(*(np.array(column, dtype=np.int64) for column in columns))


def many(band: str, *, age: float, leads: int, won: int, points: float = 40) -> list[Row]:
    """Leads of one day; the first `won` of them are won the day after."""
    return [(age, 1.0 if place < won else None, None, points, band) for place in range(leads)]
