"""Calibration keeps the order of scores, and is the best line that does."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.predict.platt import fit_line
from tests.laws.predict_worlds import Forecast, forecasts


def loss(forecast: Forecast, slope: float, offset: float) -> float:
    """Weighted log loss against Platt's smoothed targets, written out."""
    scores, won, weights = forecast
    wins, losses = weights[won].sum(), weights[~won].sum()
    total = 0.0
    for score, hit, weight in zip(scores, won, weights, strict=True):
        target = (wins + 1) / (wins + 2) if hit else 1 / (losses + 2)
        line = slope * score + offset
        total += weight * (np.log1p(np.exp(-abs(line))) + max(line, 0.0) - target * line)
    return float(total)


@given(forecasts(), st.floats(0.1, 20))
def test_calibration_never_turns_an_order_around(forecast: Forecast, stretch: float) -> None:
    said, won, weights = forecast
    scores = (said - 0.5) * stretch
    slope, offset = fit_line(scores, won, weights)
    assert slope >= 0.0
    calibrated = slope * np.sort(scores) + offset
    assert (np.diff(calibrated) >= 0.0).all()
    assert np.isfinite(calibrated).all()


@given(forecasts(), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_no_other_rising_line_is_better(forecast: Forecast, tilt: float, shift: float) -> None:
    """Tolerance: coefficients are kept to nine digits, which moves a loss near its minimum by less."""
    slope, offset = fit_line(*forecast)
    other = max(0.0, slope + tilt)
    assert loss(forecast, slope, offset) <= loss(forecast, other, offset + shift) + 1e-6


@given(forecasts(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_for_the_nine_digits_that_are_kept(
    forecast: Forecast, random: object
) -> None:
    """Tolerance: sums in another order differ in their last digits, and so may the ninth that is kept."""
    scores, won, weights = forecast
    order = np.arange(len(scores))
    random.shuffle(order)  # type: ignore[attr-defined]
    one = fit_line(scores, won, weights)
    other = fit_line(scores[order], won[order], weights[order])
    assert np.allclose(one, other, rtol=1e-6, atol=1e-6)
