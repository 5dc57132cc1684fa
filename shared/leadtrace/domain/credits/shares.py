"""Credit in whole units: shares of a total, divided by largest remainder so that the parts sum to it."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor, lcm

from leadtrace.domain.money import split


def credits_minor(total: int, shares: Sequence[Fraction | float]) -> tuple[int, ...]:
    """`total` (minor units, or millionths of a deal) in proportion to shares; the parts sum to it exactly.

    Largest remainder, ties to the earlier share; floats are taken for the exact fractions that they are.
    Shares that are all 0 are given nothing, which is right only where there is nothing to give.

    Raises:
        ValueError: a share is below 0, or all are 0 and the total is not.
    """
    exact = [Fraction(share) for share in shares]
    if not total and not any(exact):
        return (0,) * len(exact)
    whole = lcm(*(share.denominator for share in exact))
    return tuple(split(total, [share.numerator * (whole // share.denominator) for share in exact]))


def whole_parts(parts: Sequence[Fraction]) -> tuple[int, ...]:
    """Parts whose sum is a whole number, rounded to whole numbers with that same sum; parts may be below 0.

    Largest remainder, ties to the earlier part.

    Raises:
        ValueError: the sum is not a whole number.
    """
    total = sum(parts, Fraction(0))
    if total.denominator != 1:
        raise ValueError(f"parts that sum to {total} have no whole parts of the same sum")
    whole = [floor(part) for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda place: (whole[place] - parts[place], place))
    for place in by_remainder[: total.numerator - sum(whole)]:
        whole[place] += 1
    return tuple(whole)
