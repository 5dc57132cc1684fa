"""Open journeys as their chance not to convert: the golden vector, and a slow count in fractions."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.credits.aggregate import PathCount
from leadtrace.domain.credits.open_journeys import OpenPath, weighted
from leadtrace.domain.survival.aalen_johansen import incidence

Ends = Sequence[tuple[int, str]]
# Days with w(on), l(ost) and c (still open), of reference 8.
GOLDEN: Ends = [
    (5, "w"),
    (8, "l"),
    (8, "w"),
    (12, "c"),
    (15, "w"),
    (20, "c"),
    (20, "l"),
    (30, "c"),
    (30, "c"),
]
GOLDEN = [*GOLDEN, (45, "w")]
_ENDS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("wlc")), max_size=12)
_OPEN = st.lists(
    st.tuples(st.sampled_from([(), ("a",), ("a", "b")]), st.integers(0, 12), st.integers(1, 3)), max_size=6
)


def made(ends: Ends, paths: Sequence[OpenPath]) -> list[PathCount]:
    """What is weighted by these ends."""
    times = [[day for day, how in ends if how == one] for one in "wlc"]
    return weighted(paths, incidence(*(np.array(one, float) for one in times)))


def never(ends: Ends, age: int) -> Fraction:
    """One at a time: of those still there at each end, who went how; then how much of `won` lies ahead."""
    still, won, at_age = Fraction(1), Fraction(0), (Fraction(1), Fraction(0))
    for day in sorted({day for day, how in ends if how != "c"}):
        there = sum(other >= day for other, _ in ends)
        gone = [how for other, how in ends if other == day and how != "c"]
        won += still * Fraction(gone.count("w"), there)
        still *= 1 - Fraction(len(gone), there)
        if day <= age:
            at_age = still, won
    return 1 - (won - at_age[1]) / at_age[0] if at_age[0] else Fraction(1)


def test_weights_are_those_of_the_golden_vector() -> None:
    """At 0 days 13/60; at 12 days 1 - (47/60 - 1/5)/(7/10) = 1/6; at 30 days all that is open was won."""
    paths = [OpenPath(("a",), age, 1) for age in (0, 12, 30, 99)]
    assert [one.open_micros for one in made(GOLDEN, paths)] == [216_667, 166_667, 0, 1_000_000]


def test_each_is_rounded_by_itself() -> None:
    (one,) = made(GOLDEN, [OpenPath(("a", "b"), 12, 3)])
    assert one == PathCount(("a", "b"), 0, 0, open_micros=3 * 166_667)


def test_where_nothing_ended_nothing_converts() -> None:
    assert [one.open_micros for one in made([(3, "c")], [OpenPath(("a",), 1, 2)])] == [2_000_000]


@given(ends=_ENDS, told=_OPEN)
def test_weights_are_those_of_a_count_in_fractions(
    ends: Ends, told: list[tuple[tuple[str, ...], int, int]]
) -> None:
    """Doubles may fall on the other side of a half: a millionth for each journey."""
    paths = [OpenPath(*one) for one in told]
    found = made(ends, paths)
    assert [one.path for one in found] == [one.path for one in paths]
    for one, path in zip(found, paths, strict=True):
        expected = round(never(ends, path.age) * 1_000_000) * path.journeys
        assert abs(one.open_micros - expected) <= path.journeys
