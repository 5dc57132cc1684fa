"""Journeys that are still open, as `open=weighted` counts them: each as its chance not to convert any more.

The chance is that of its age, by Aalen-Johansen over journeys that were won, lost or are still open
(reference, 4.6 and 4.7). What would come later than anybody was watched is taken for never.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from leadtrace.domain.credits.aggregate import PathCount, still_open
from leadtrace.domain.survival.aalen_johansen import Incidence


class OpenPath(NamedTuple):
    """How many journeys of one path are open at an age, in the unit of the incidence's times."""

    path: tuple[str, ...]
    age: int
    journeys: int


def weighted(paths: Iterable[OpenPath], ends: Incidence) -> list[PathCount]:
    """Each of these as `still_open` counts them: every journey by itself rounded to millionths.

    `1 - (CIF_won(end) - CIF_won(age)) / S(age)`, where nothing is watched beyond the end.
    """
    told = list(paths)
    ages = sorted({one.age for one in told})
    chances = 1.0 - ends.remaining_wins(np.array(ages, np.float64), np.inf)
    micros = {
        age: still_open((), chance).open_micros for age, chance in zip(ages, chances.tolist(), strict=True)
    }
    return [PathCount(one.path, 0, 0, open_micros=micros[one.age] * one.journeys) for one in told]
