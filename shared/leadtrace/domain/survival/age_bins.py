"""The bins in which ages of ended steps are counted: fine where most is decided, coarse where little is.

Half-open [a, b), in whole seconds, the last without an end: minutes and hours on the first day, then days
for two weeks, weeks for a quarter, 30 days for two years. An age read back from its bin is wrong by less
than the bin is wide; up to 14 days that is a day or less, up to 91 days a week, beyond that 30 days.
"""

from bisect import bisect_right
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

DAY_S: Final = 86_400

_FIRST_DAY_S = (0, 60, 300, 900, 3_600, 4 * 3_600)
_DAYS = chain(range(1, 14), range(14, 91, 7), range(91, 2 * 365 + 30, 30))

# Where each bin begins, ascending; it ends where the next one begins.
AGE_EDGES_S: Final = (*_FIRST_DAY_S, *(day * DAY_S for day in _DAYS))
BINS: Final = len(AGE_EDGES_S)


def age_bin(age_s: int) -> int:
    """The number of the bin of an age in seconds.

    Raises:
        ValueError: the age is below 0.
    """
    if age_s < 0:
        raise ValueError(f"an age of {age_s} s is below 0")
    return bisect_right(AGE_EDGES_S, age_s) - 1


def _fixed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    values.setflags(write=False)
    return values


# The same as arrays (s): the first moment of each bin, and the first behind it, without an end in the last.
BEGINS_S: Final = _fixed(np.array(AGE_EDGES_S, dtype=np.float64))
ENDS_S: Final = _fixed(np.append(BEGINS_S[1:], np.inf))
