"""Laws of competing ends: the golden vector, the sum of all shares, and what happens without a rival."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.survival.aalen_johansen import Incidence, incidence, incidence_of_counts

_ALMOST = 1e-12
# (days, won, lost or open): 5w 8l 8w 12c 15w 20c 20l 30c 30c 45w


_GOLDEN = incidence([5, 8, 15, 45], [8, 20], [12, 20, 30, 30])
_Left = tuple[int, str]
_LEFT = st.lists(st.tuples(st.integers(0, 12), st.sampled_from("wlc")), max_size=40)


def _of(left: list[_Left]) -> Incidence:
    return incidence(*([time for time, how in left if how == kind] for kind in "wlc"))


def _exact(left: list[_Left]) -> list[tuple[int, Fraction, Fraction, Fraction]]:
    """By the words of the definition, in fractions."""
    won = lost = Fraction(0)
    still = Fraction(1)
    steps = []
    for time in sorted({time for time, how in left if how != "c"}):
        at_risk = sum(1 for one, _ in left if one >= time)
        wins, losses = (sum(1 for one in left if one == (time, how)) for how in "wl")
        won += still * Fraction(wins, at_risk)
        lost += still * Fraction(losses, at_risk)
        still *= 1 - Fraction(wins + losses, at_risk)
        steps.append((time, won, lost, still))
    return steps


@pytest.mark.parametrize(
    ("time", "won", "lost", "still"),
    [
        (5, Fraction(1, 10), 0, Fraction(9, 10)),
        (8, Fraction(1, 5), Fraction(1, 10), Fraction(7, 10)),
        (15, Fraction(19, 60), Fraction(1, 10), Fraction(7, 12)),
        (20, Fraction(19, 60), Fraction(13, 60), Fraction(7, 15)),
        (45, Fraction(47, 60), Fraction(13, 60), 0),
    ],
)
def test_golden_vector(time: int, won: Fraction, lost: Fraction, still: Fraction) -> None:
    assert float(_GOLDEN.won_by(time)) == pytest.approx(float(won), abs=_ALMOST)
    assert float(_GOLDEN.lost_by(time)) == pytest.approx(float(lost), abs=_ALMOST)
    assert float(_GOLDEN.open_at(time)) == pytest.approx(float(still), abs=_ALMOST)


@given(_LEFT)
def test_every_step_is_that_of_the_definition_in_fractions(left: list[_Left]) -> None:
    found, expected = _of(left), _exact(left)
    assert found.times.tolist() == [float(time) for time, *_ in expected]
    for place, (_, *shares) in enumerate(expected):
        told = (found.won[place], found.lost[place], found.open[place])
        assert told == pytest.approx([float(share) for share in shares], abs=_ALMOST)


@given(_LEFT)
def test_counts_say_what_single_times_say(left: list[_Left]) -> None:
    ticks = sorted({time for time, _ in left})
    counts = ([sum(1 for one in left if one == (tick, kind)) for tick in ticks] for kind in "wlc")
    one, other = _of(left), incidence_of_counts(ticks, *counts)
    assert one.times.tolist() == other.times.tolist()
    for shares, counted in ((one.won, other.won), (one.lost, other.lost), (one.open, other.open)):
        assert shares == pytest.approx(counted, abs=_ALMOST)


@given(_LEFT)
def test_won_lost_and_open_are_everything(left: list[_Left]) -> None:
    found = _of(left)
    assert np.allclose(found.won + found.lost + found.open, 1.0, rtol=0, atol=_ALMOST)


@given(_LEFT.map(lambda left: [(time, "l" if how == "c" else how) for time, how in left]))
def test_without_anything_open_shares_are_those_of_counts(left: list[_Left]) -> None:
    found = _of(left)
    for time in range(13):
        wins = sum(1 for one, how in left if how == "w" and one <= time)
        assert float(found.won_by(time)) == pytest.approx(wins / len(left) if left else 0, abs=_ALMOST)


@given(_LEFT, st.integers(0, 14), st.lists(st.integers(0, 20), max_size=5))
def test_what_remains_is_a_probability_and_nothing_beyond_the_horizon(
    left: list[_Left], horizon: int, ages: list[int]
) -> None:
    chances = _of(left).remaining_wins(ages, horizon)
    assert all(0 <= chance <= 1 for chance in chances)
    assert all(chance == 0 for age, chance in zip(ages, chances, strict=True) if age >= horizon)


def test_what_remains_is_what_comes_of_those_still_open() -> None:
    (chance,) = _GOLDEN.remaining_wins([10], 45)
    assert chance == pytest.approx((47 / 60 - 1 / 5) / (7 / 10), abs=_ALMOST)
    assert incidence([], [], [3, 4]).remaining_wins([1], 9).tolist() == [0.0]
