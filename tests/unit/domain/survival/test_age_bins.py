"""In which bin an age lies, by hand at the edges and by a look at every edge between them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.survival.age_bins import AGE_EDGES_S, BEGINS_S, BINS, ENDS_S, age_bin

HOUR, DAY = 3_600, 86_400


@pytest.mark.parametrize(
    ("edge_s", "number"),
    [
        *((60, 1), (300, 2), (900, 3), (HOUR, 4), (4 * HOUR, 5)),
        *((DAY, 6), (2 * DAY, 7), (13 * DAY, 18), (14 * DAY, 19)),
        *((21 * DAY, 20), (84 * DAY, 29), (91 * DAY, 30)),
        *((121 * DAY, 31), (721 * DAY, 51), (751 * DAY, 52)),
    ],
)
def test_a_bin_begins_at_its_edge(edge_s: int, number: int) -> None:
    assert (age_bin(edge_s - 1), age_bin(edge_s)) == (number - 1, number)


def test_the_first_bin_begins_at_nothing_and_the_last_one_has_no_end() -> None:
    assert age_bin(0) == 0
    assert age_bin(200 * 365 * DAY) == BINS - 1 == 52
    assert math.isinf(ENDS_S[-1])


@given(st.integers(0, 1_000 * DAY))
def test_an_age_lies_between_the_ends_of_its_bin(age_s: int) -> None:
    number = age_bin(age_s)
    assert BEGINS_S[number] <= age_s < ENDS_S[number]
    assert number == max(place for place, edge in enumerate(AGE_EDGES_S) if edge <= age_s)


def test_bins_follow_each_other() -> None:
    assert BEGINS_S.tolist() == sorted(AGE_EDGES_S)
    assert ENDS_S[:-1].tolist() == BEGINS_S[1:].tolist()
    assert len(BEGINS_S) == len(ENDS_S) == BINS


def test_an_age_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        age_bin(-1)
