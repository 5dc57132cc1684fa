"""How often numbers occur among paths that weigh alike, or not: exactly, and as fast as numpy counts."""

from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.unsignedinteger[Any]]
Wholes: TypeAlias = NDArray[np.int64]

# Weighted sums are formed in doubles, which hold whole numbers up to here; chains are kept in 64 bits.
_WHOLE_IN_DOUBLES: Final = 2**53
_WHOLE_IN_64_BITS: Final = 2**63
# numpy widens what it counts to eight bytes each; so many stay in the cache: 4.5 million in 7 ms, not 16.
_BLOCK: Final = 2**16


class Tally:
    """Counts by path or by step, each path as often as its weight says."""

    def __init__(self, weights: Wholes, *, touches: int, unit: int) -> None:
        """Weights of shape (paths,), in units of `unit` millionths.

        Raises:
            ValueError: so many touches of such weight cannot be counted exactly.
        """
        heaviest = int(weights.max(initial=0))
        most = heaviest * touches
        if most >= _WHOLE_IN_DOUBLES or most * unit >= _WHOLE_IN_64_BITS:
            raise ValueError("there are more steps than can be counted exactly: count paths in parts")
        self._weights = weights
        self._each = heaviest if int(weights.min(initial=heaviest)) == heaviest else None

    def by_path(self, numbers: Numbers, size: int) -> Wholes:
        """The weight of each number below `size`, of one number for each path."""
        if self._each is not None:
            return counted(numbers, size) * self._each
        return summed(numbers, self._weights, size)

    def by_step(self, every: Numbers, across: Numbers, ends: Wholes, size: int) -> Wholes:
        """The weight of each step below `size`.

        `every` has a number between each touch and the next, `across` those of them that lead from one
        path to another and do not count; `ends` says where paths end.
        """
        if self._each is not None:
            return (counted(every, size) - counted(across, size)) * self._each
        weights = np.repeat(self._weights, np.diff(ends, prepend=0))
        weights[ends - 1] = 0
        return summed(every, weights[:-1], size)


def counted(numbers: Numbers, size: int) -> Wholes:
    """How often each number below `size` stands there."""
    block = max(_BLOCK, size)
    counts = np.zeros(size, np.int64)
    for begin in range(0, len(numbers), block):
        counts += np.bincount(numbers[begin : begin + block], minlength=size)
    return counts


def summed(numbers: Numbers, weights: Wholes, size: int) -> Wholes:
    """The sum of weights for each number below `size`; exact while sums stay below 2^53."""
    return np.bincount(numbers, weights=weights, minlength=size).astype(np.int64)
