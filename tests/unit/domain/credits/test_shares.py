"""Whole units of credit: they sum to what there is."""

from fractions import Fraction

import pytest

from leadtrace.domain.credits.shares import credits_minor, whole_parts


def test_equal_shares_of_100() -> None:
    assert credits_minor(10_000, [Fraction(1, 3)] * 3) == (3_334, 3_333, 3_333)


def test_floats_are_the_fractions_that_they_are() -> None:
    assert credits_minor(1_000, [0.5, 0.25, 0.25]) == (500, 250, 250)
    assert sum(credits_minor(10**18 + 1, [0.1, 0.2, 0.7])) == 10**18 + 1


def test_nothing_among_those_with_no_share() -> None:
    assert credits_minor(0, [Fraction(0), 0.0]) == (0, 0)
    assert credits_minor(0, []) == ()


@pytest.mark.parametrize("shares", [[], [Fraction(0)], [Fraction(2), Fraction(-1)]])
def test_something_among_those_with_no_share_is_refused(shares: list[Fraction]) -> None:
    with pytest.raises(ValueError, match="at least one must be above 0"):
        credits_minor(1, shares)


def test_parts_below_0() -> None:
    assert whole_parts([Fraction(-499, 2), Fraction(101, 2)]) == (-249, 50)


def test_parts_of_no_whole_sum_are_refused() -> None:
    with pytest.raises(ValueError, match="sum to 1/2"):
        whole_parts([Fraction(1, 2)])
