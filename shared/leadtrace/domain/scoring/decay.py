"""Exponential decay in whole numbers, so that every machine and every order of work gets the same bits.

An amount is millipoints with 64 binary digits behind the point. Halving is exact; the rest of an exponent
is read from tables, 12 binary digits at a time, and its last ones from the tangent: the error stays below
one part in 2^60.
"""

from functools import lru_cache
from math import isqrt

FRACTION_BITS = 64

_HALF = 1 << (FRACTION_BITS - 1)
_MASK = (1 << FRACTION_BITS) - 1
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


def amount_of(millipoints: int) -> int:
    """The amount of whole millipoints."""
    return millipoints << FRACTION_BITS


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


def decayed(amount: int, elapsed_us: int, half_life_us: int) -> int:
    """What is left of `amount` after `elapsed_us` (0 or more)."""
    factor, shift = _factor(elapsed_us, half_life_us)
    return (amount * factor) >> shift


def rounded(amount: int) -> int:
    """Whole millipoints of an amount, half to even."""
    whole, rest = amount >> FRACTION_BITS, amount & _MASK
    if rest > _HALF or (rest == _HALF and whole & 1):
        whole += 1
    return whole
