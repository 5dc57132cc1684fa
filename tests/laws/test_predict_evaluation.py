"""Figures of a forecast against scikit-learn's, against formulas written out, and against themselves."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn import metrics

from leadtrace.domain.predict.evaluation import evaluate
from leadtrace.domain.predict.losses import brier, gain_over, log_loss, log_losses
from leadtrace.domain.predict.ranking import Auc, auc, lift_by_tenth
from leadtrace.domain.predict.reliability import reliability, wilson
from tests.laws.predict_worlds import Forecast, forecasts

# Sums of the same numbers in another order.
CLOSE = 1e-9


@given(forecasts())
def test_losses_are_those_of_scikit_learn(forecast: Forecast) -> None:
    said, won, weights = forecast
    expected = metrics.log_loss(won, said, sample_weight=weights, labels=[False, True])
    assert log_loss(said, won, weights) == pytest.approx(expected, rel=CLOSE)
    assert brier(said, won, weights) == pytest.approx(
        metrics.brier_score_loss(won, said, sample_weight=weights), rel=CLOSE, abs=1e-15
    )


@given(forecasts())
def test_auc_is_that_of_scikit_learn(forecast: Forecast) -> None:
    said, won, weights = forecast
    found = auc(said, won, weights)
    assert found is not None
    assert found.value == pytest.approx(metrics.roc_auc_score(won, said, sample_weight=weights), abs=CLOSE)
    if found.interval is not None:
        assert 0.0 <= found.interval[0] <= found.value <= found.interval[1] <= 1.0


def test_few_or_faultless_leads_do_not_tell_how_far_off_it_may_be() -> None:
    even = np.ones(4)
    one_win = auc(np.array([3.0, 2.0, 4.0, 1.0]), np.array([True, False, False, False]), even)
    faultless = auc(np.array([4.0, 3.0, 2.0, 1.0]), np.array([True, True, False, False]), even)
    ranks_nobody = auc(np.ones(4), np.array([True, True, False, False]), even)
    assert one_win is not None
    assert one_win.value == pytest.approx(2 / 3)
    assert one_win.interval is None
    assert faultless == Auc(1.0, None, None)
    assert ranks_nobody == Auc(0.5, 0.5, 0.5)


@given(forecasts(max_size=25))
def test_the_interval_is_delongs(forecast: Forecast) -> None:
    """His estimator pair by pair: the variances of the structural components over their counts."""
    said, won, _ = forecast
    wins, losses = said[won], said[~won]
    assume(len(wins) > 1 and len(losses) > 1)
    kernel = (wins[:, None] > losses[None, :]) + 0.5 * (wins[:, None] == losses[None, :])
    variance = kernel.mean(axis=1).var(ddof=1) / len(wins) + kernel.mean(axis=0).var(ddof=1) / len(losses)
    assume(variance > CLOSE or abs(kernel.mean() - 0.5) < CLOSE)
    found = auc(said, won, np.ones(len(said)))
    assert found is not None
    reach = 1.959963984540054 * np.sqrt(variance)
    assert found.low == pytest.approx(max(0.0, kernel.mean() - reach), abs=CLOSE)
    assert found.high == pytest.approx(min(1.0, kernel.mean() + reach), abs=CLOSE)


@given(forecasts(), forecasts())
def test_leads_of_different_folds_are_not_compared(one: Forecast, other: Forecast) -> None:
    """The level of a fold ranks nobody: AUC is the mean of both folds', by their pairs."""
    said, won, weights = (np.concatenate(pair) for pair in zip(one, other, strict=True))
    fold = np.repeat([0, 1], [len(one[0]), len(other[0])])
    parts = [auc(*part) for part in (one, other)]
    pairs = [part[2][part[1]].sum() * part[2][~part[1]].sum() for part in (one, other)]
    found = auc(said, won, weights, fold)
    assert found is not None
    values = [part.value for part in parts if part is not None]
    assert found.value == pytest.approx(np.average(values, weights=pairs), abs=CLOSE)
    constant = auc(fold.astype(np.float64), won, weights, fold)
    assert constant is not None
    assert constant.value == pytest.approx(0.5, abs=CLOSE)


@given(forecasts(both=False))
def test_groups_hold_every_lead_once_and_agree_with_the_whole(forecast: Forecast) -> None:
    said, won, weights = forecast
    found = reliability(said, won, weights)
    assert sum(group.leads for group in found.groups) == len(said)
    assert all(group.low - CLOSE <= group.observed <= group.high + CLOSE for group in found.groups)
    assert [group.said for group in found.groups] == sorted(group.said for group in found.groups)
    assert 0.0 <= found.ece <= 1.0
    tenths = lift_by_tenth(said, won, np.ones(len(said)))
    assert sum(tenth.leads for tenth in tenths) == len(said)
    hits = sum(tenth.rate * tenth.leads for tenth in tenths)
    assert hits == pytest.approx(won.sum(), abs=1e-6)


@given(forecasts(), st.randoms(use_true_random=False))
def test_the_order_of_leads_changes_no_figure(forecast: Forecast, random: object) -> None:
    """Tolerance: sums of the same numbers in another order."""
    order = np.arange(len(forecast[0]))
    random.shuffle(order)  # type: ignore[attr-defined]
    said, won, weights = forecast
    one, other = evaluate(said, won, weights), evaluate(said[order], won[order], weights[order])
    assert one.leads == other.leads
    assert one.auc == pytest.approx(other.auc, abs=CLOSE)
    assert one.reliability.ece == pytest.approx(other.reliability.ece, abs=CLOSE)
    assert [t.rate for t in one.lift] == pytest.approx([t.rate for t in other.lift], abs=CLOSE)


@given(forecasts(), forecasts())
def test_a_gain_is_the_difference_of_losses_and_turns_around(one: Forecast, other: Forecast) -> None:
    size = min(len(one[0]), len(other[0]))
    said, rival = one[0][:size], other[0][:size]
    won, weights = one[1][:size], one[2][:size]
    gain, loss = gain_over(said, rival, won, weights), gain_over(rival, said, won, weights)
    assert gain.mean == pytest.approx(log_loss(rival, won, weights) - log_loss(said, won, weights), abs=1e-6)
    assert (gain.low, gain.high) == pytest.approx((-loss.high, -loss.low), abs=1e-6)
    assert (log_losses(said, won) >= 0.0).all()


@pytest.mark.parametrize(
    ("rate", "count", "low", "high"),
    [(0.0, 10, 0.0, 0.277533), (0.4, 10, 0.168180, 0.687326), (1.0, 10, 0.722467, 1.0)],
)
def test_wilson_by_hand(rate: float, count: int, low: float, high: float) -> None:
    assert wilson(rate, count) == pytest.approx((low, high), abs=1e-6)


def test_one_kind_of_outcome_has_no_auc() -> None:
    assert auc(np.array([0.1, 0.9]), np.array([True, True]), np.ones(2)) is None
