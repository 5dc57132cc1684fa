"""The calibrating line at its corners; what holds of every line is a law."""

import numpy as np
import pytest

from leadtrace.domain.predict.evaluation import evaluate
from leadtrace.domain.predict.platt import Line, fit_line

WON = np.array([True, False, False, False])
ONES = np.ones(4)


def test_a_score_that_says_nothing_gives_everyone_the_smoothed_base_rate() -> None:
    """(2/3 + 3 * 1/5) / 4, since Platt moves the targets of one win and three losses to 2/3 and 1/5."""
    rate = (2 / 3 + 3 / 5) / 4
    assert fit_line(np.zeros(4), WON, ONES) == Line(0.0, round(float(np.log(rate / (1 - rate))), 9))


def test_points_that_are_all_alike_say_nothing_however_their_mean_is_rounded() -> None:
    random = np.random.default_rng(1)
    for count, points in ((20_000, 12.345), (3_000, 0.1), (30_000, -7.7)):
        won = random.random(count) < 0.2
        slope, offset = fit_line(np.full(count, points), won, random.uniform(0.5, 3.0, count))
        assert slope == 0.0
        assert 1 / (1 + np.exp(-offset)) == pytest.approx(0.2, abs=0.03)


def test_a_score_that_is_wrong_way_round_is_not_turned_around() -> None:
    slope, offset = fit_line(np.array([-1.0, 1.0, 2.0, 3.0]), WON, ONES)
    assert (slope, offset) == fit_line(np.zeros(4), WON, ONES)


def test_a_score_that_knows_everything_does_not_become_certain() -> None:
    slope, offset = fit_line(np.array([9.0, 1.0, 2.0, 3.0]), WON, ONES)
    assert slope > 0.0
    assert 0.5 < 1 / (1 + np.exp(-(slope * 9.0 + offset))) < 0.7


@pytest.mark.parametrize("won", [True, False])
def test_one_kind_of_outcome_cannot_be_calibrated_on(won: bool) -> None:
    with pytest.raises(ValueError, match="needs wins and losses"):
        fit_line(np.arange(3.0), np.full(3, won), np.ones(3))


def test_nothing_cannot_be_evaluated() -> None:
    with pytest.raises(ValueError, match="nothing to evaluate"):
        evaluate(np.array([]), np.array([], dtype=np.bool_), np.array([]))
