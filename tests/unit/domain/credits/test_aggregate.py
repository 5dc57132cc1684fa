"""Rows of paths: merged, ordered, and refused where no lead can have made them."""

from fractions import Fraction

import pytest

from leadtrace.domain.credits.aggregate import PathCount, aggregate, still_open


def test_equal_paths_are_one_row_in_code_point_order() -> None:
    rows = [
        PathCount(("é",), 1, 0),
        PathCount(("a", "b"), 1, 0, 500),
        PathCount(("Z",), 0, 1),
        PathCount(("a", "b"), 2, 5, 250, 40),
    ]
    assert aggregate(rows) == (
        PathCount(("Z",), 0, 1),
        PathCount(("a", "b"), 3, 5, 750, 40),
        PathCount(("é",), 1, 0),
    )


def test_a_path_that_nobody_took_is_left_out() -> None:
    assert aggregate([PathCount(("a",), 0, 0)]) == ()


@pytest.mark.parametrize("chance", [Fraction(1, 3), 1 / 3])
def test_open_leads_are_millionths_of_a_non_conversion(chance: Fraction | float) -> None:
    row = still_open(("a",), chance)
    assert row == PathCount(("a",), 0, 0, 0, 333_333)
    assert row.micros == row.null_micros == 333_333


@pytest.mark.parametrize("chance", [-0.1, 1.1, float("nan")])
def test_a_chance_lies_within_0_and_1(chance: float) -> None:
    with pytest.raises(ValueError, match="not within 0 and 1"):
        still_open(("a",), chance)


@pytest.mark.parametrize("counts", [(-1, 0, 0, 0), (0, -1, 0, 0), (0, 0, 0, -1)])
def test_counts_below_0_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="below 0"):
        aggregate([PathCount(("a",), *counts)])


def test_value_without_a_conversion_is_refused() -> None:
    with pytest.raises(ValueError, match="no conversion"):
        aggregate([PathCount(("a",), 0, 1, 100)])
