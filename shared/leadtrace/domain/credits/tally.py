"""How often numbers occur among paths that weigh alike, or not: exactly, and as fast as numpy counts."""

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.unsignedinteger[Any]]
Wholes: TypeAlias = NDArray[np.int64]

# Weighted sums are formed in doubles, which hold whole numbers up to here; chains are kept in 64 bits.
_WHOLE_IN_DOUBLES: Final = 2**53
_WHOLE_IN_64_BITS: Final = 2**63
# numpy widens what it counts to eight bytes each; so many stay in the cache: 4.5 million in 7 ms, not 16.
_BLOCK: Final = 2**16
_BYTES: Final = 256


class Ends(NamedTuple):
    """The first code and the last state of each path, and the number of the touch behind its last one."""

    firsts: Numbers
    lasts: Numbers
    behind: Wholes


class Steps(NamedTuple):
    """Weights of steps by state and next code, of codes that begin a path, and of states that end one."""

    within: Wholes
    firsts: Wholes
    lasts: Wholes


class Tally:
    """Counts by path or by step, each path as often as its weight says."""

    def __init__(self, converted: Wholes, ended: Wholes, *, touches: int, unit: int) -> None:
        """How often each path converted and ended otherwise, its weight being both, in millionths by `unit`.

        Raises:
            ValueError: so many touches of such weight cannot be counted exactly.
        """
        lightest, heaviest = _bounds(converted, ended)
        most = heaviest * touches
        if most >= _WHOLE_IN_DOUBLES or most * unit >= _WHOLE_IN_64_BITS:
            raise ValueError("there are more steps than can be counted exactly: count paths in parts")
        self._each = heaviest if lightest == heaviest else None
        self._parts = converted, ended

    def steps(self, every: Numbers, ends_of_paths: Ends, shape: tuple[int, int]) -> Steps:
        """The weight of each step of shape (states, codes), of each first code and of each last state.

        `every` has a number, the state times the codes there are plus the next code, between each touch and
        the next one.
        """
        firsts, lasts, behind = ends_of_paths
        size = shape[0] * shape[1]
        if self._each is None:
            of_paths = np.add(*self._parts)
            weights = np.repeat(of_paths, np.diff(behind, prepend=0))
            # A path's last touch and the first of the next one are no step.
            weights[behind - 1] = 0
            return Steps(
                summed(every, weights[:-1], size).reshape(shape),
                summed(firsts, of_paths, shape[1]),
                summed(lasts, of_paths, shape[0]),
            )
        across = counted(lasts[:-1] * shape[1] + firsts[1:], size).reshape(shape)
        # These tell of firsts and lasts too: all but the very first and the very last.
        begun, ended = across.sum(axis=0), across.sum(axis=1)
        begun[firsts[:1]] += 1
        ended[lasts[-1:]] += 1
        steps = counted(every, size).reshape(shape) - across
        return Steps(steps * self._each, begun * self._each, ended * self._each)


def _bounds(converted: Wholes, ended: Wholes) -> tuple[int, int]:
    """The lightest and the heaviest weight, 0 without any; in blocks, as fresh memory costs more."""
    lightest, heaviest = _WHOLE_IN_64_BITS, 0
    for begin in range(0, len(converted), _BLOCK):
        some = converted[begin : begin + _BLOCK] + ended[begin : begin + _BLOCK]
        lightest, heaviest = min(lightest, int(some.min())), max(heaviest, int(some.max()))
    return min(lightest, heaviest), heaviest


def counted(numbers: Numbers, size: int) -> Wholes:
    """How often each number below `size` stands there."""
    if numbers.dtype == np.uint8 and len(numbers) >= _BLOCK:
        return _counted_by_two(numbers)[:size]
    return _counted(numbers, size)


def _counted_by_two(numbers: Numbers) -> Wholes:
    """Counts of bytes: of two at a time there are half as many."""
    even = len(numbers) & ~1
    pairs = _counted(numbers[:even].view(np.uint16), _BYTES**2).reshape(_BYTES, _BYTES)
    counts: Wholes = pairs.sum(axis=0) + pairs.sum(axis=1)
    np.add.at(counts, numbers[even:], 1)
    return counts


def _counted(numbers: Numbers, size: int) -> Wholes:
    block = max(_BLOCK, 2 * size)
    counts = np.zeros(size, np.int64)
    for begin in range(0, len(numbers), block):
        counts += np.bincount(numbers[begin : begin + block], minlength=size)
    return counts


def summed(numbers: Numbers, weights: Wholes, size: int) -> Wholes:
    """The sum of weights for each number below `size`; exact while sums stay below 2^53."""
    return np.bincount(numbers, weights=weights, minlength=size).astype(np.int64)
