"""Shares and ratios as written and as counted: whole ten-thousandths, so that sums are exact."""

from decimal import Decimal
from typing import Final, TypeAlias

# YAML numbers arrive as floats; they are read as the shortest decimal that they print as.
Fraction: TypeAlias = float

ONE: Final = 10_000
_DIGITS = 4


def ten_thousandths(number: Fraction) -> int:
    """Ten-thousandths of one.

    Raises:
        ValueError: not finite, or more than four digits after the point.
    """
    written = Decimal(repr(number))
    counted = written.scaleb(_DIGITS) if written.is_finite() else written
    if not written.is_finite() or counted % 1:
        raise ValueError(f"{number} is not a number with at most {_DIGITS} digits after the point")
    return int(counted)


def as_decimal(counted: int) -> Decimal:
    """The number of which these are the ten-thousandths, exactly."""
    return Decimal(counted).scaleb(-_DIGITS)
