"""Numbers cut into intervals of about equal counts, for models that only count values."""

from collections.abc import Iterable
from typing import Final

import numpy as np

# Five: low, below, middle, above, high; counts of wins stay large enough to mean something.
INTERVALS: Final = 5


def edges_of(numbers: Iterable[float], intervals: int = INTERVALS) -> tuple[float, ...]:
    """Rising bounds between the intervals; fewer where many numbers are equal, none without numbers.

    A number belongs to the interval that its lower bound begins. Outcomes are not looked at.
    """
    known = np.sort(np.fromiter(numbers, dtype=np.float64))
    if not len(known):
        return ()
    places = [len(known) * part // intervals for part in range(1, intervals)]
    # An interval that begins with the smallest number would leave the one before it empty.
    return tuple(sorted({float(known[place]) for place in places} - {float(known[0])}))
