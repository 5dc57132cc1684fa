"""Exponential decay in whole numbers, so that every machine and every order of work gets the same bits.

An amount is 0 or more millipoints with 64 binary digits behind the point, stored as big-endian bytes since
msgpack has no room for it. Halving is exact; the rest of an exponent is read from tables, 12 binary digits
at a time, and its last ones from the tangent: an error below one part in 2^60.
"""

from functools import lru_cache
from math import isqrt

NOTHING = b""

_FRACTION_BITS = 64
_HALF = 1 << (_FRACTION_BITS - 1)
_MASK = (1 << _FRACTION_BITS) - 1
# Holds 10,000 touches of 1,000 points each.
_STORED_BYTES = 13
_PRECISION = 96
_GUARD = 160
_TABLE_BITS = 12
_TABLE_MASK = (1 << _TABLE_BITS) - 1
_TABLE_COUNT = 3
_EXPONENT_BITS = 72
_TAIL_BITS = _EXPONENT_BITS - _TABLE_BITS * _TABLE_COUNT
_TAIL_MASK = (1 << _TAIL_BITS) - 1
# The natural logarithm of 2 with 64 binary digits behind the point.
_LN_2 = 0xB17217F7D1CF79AC
_LN_2_SHIFT = _EXPONENT_BITS + 64 - _PRECISION


def _tables() -> list[list[int]]:
    """Entry `i` of table `k` is one half to the power of `i` / 2^(12 (k + 1))."""
    root = 1 << (_GUARD - 1)
    tables = []
    for _ in range(_TABLE_COUNT):
        for _ in range(_TABLE_BITS):
            root = isqrt(root << _GUARD)
        power, table = 1 << _GUARD, []
        for _ in range(1 << _TABLE_BITS):
            table.append(power >> (_GUARD - _PRECISION))
            power = (power * root) >> _GUARD
        tables.append(table)
    return tables


_FIRST, _SECOND, _THIRD = _tables()


@lru_cache(maxsize=8192)
def _factor(elapsed_us: int, half_life_us: int) -> tuple[int, int]:
    """What to multiply with, and by how many binary digits to shift down after."""
    halvings, rest = divmod(elapsed_us, half_life_us)
    factor = 1 << _PRECISION
    if rest:
        exponent = (rest << _EXPONENT_BITS) // half_life_us
        factor = (_FIRST[exponent >> 60] * _SECOND[(exponent >> 48) & _TABLE_MASK]) >> _PRECISION
        factor = (factor * _THIRD[(exponent >> 36) & _TABLE_MASK]) >> _PRECISION
        tail = ((exponent & _TAIL_MASK) * _LN_2) >> _LN_2_SHIFT
        factor -= (factor * tail) >> _PRECISION
    return factor, _PRECISION + halvings


def added(stored: bytes, millipoints: int, elapsed_us: int, half_life_us: int) -> bytes:
    """What is left of a stored amount after `elapsed_us` (0 or more), and `millipoints` on top of it."""
    factor, shift = _factor(elapsed_us, half_life_us)
    amount = (int.from_bytes(stored) * factor >> shift) + (millipoints << _FRACTION_BITS)
    return amount.to_bytes(_STORED_BYTES)


def remaining(stored: bytes, elapsed_us: int, half_life_us: int) -> int:
    """Whole millipoints of what is left of a stored amount after `elapsed_us`, half to even."""
    factor, shift = _factor(elapsed_us, half_life_us)
    amount = int.from_bytes(stored) * factor >> shift
    whole, rest = amount >> _FRACTION_BITS, amount & _MASK
    if rest > _HALF or (rest == _HALF and whole & 1):
        return whole + 1
    return whole
