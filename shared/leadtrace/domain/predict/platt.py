"""Calibration: log-odds that a model says to log-odds that come true, by a line that never falls.

Platt 1999 with his smoothed targets, fitted by the Newton method of Lin, Lin and Weng 2007. A line keeps
scores additive: every contribution is multiplied by its slope and the offset joins the base, so nothing
stays unexplained.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.floats import Floats, sigmoid

_ROUNDS: Final = 200
_TOLERANCE: Final = 1e-12
_RIDGE: Final = 1e-12
_DIGITS: Final = 9
# A mean of equal numbers may differ from them in its last bits: that is no spread.
_ALIKE: Final = 1e-9


class Line(NamedTuple):
    """`slope` is never below 0, so a higher score never means a lower probability."""

    slope: float
    offset: float


def fit_line(log_odds: Floats, won: NDArray[np.bool_], weights: Floats) -> Line:
    """The line of least weighted log loss; all of shape (rows,).

    Where a higher score went with fewer wins the slope is 0, and everyone gets the base rate.

    Raises:
        ValueError: not both wins and losses.
    """
    wins, losses = float(weights[won].sum()), float(weights[~won].sum())
    if not (wins and losses):
        raise ValueError(f"calibration needs wins and losses; the weights are {wins} and {losses}")
    target = np.where(won, (wins + 1.0) / (wins + 2.0), 1.0 / (losses + 2.0))
    centre = float(np.average(log_odds, weights=weights))
    spread = float(np.sqrt(np.average((log_odds - centre) ** 2, weights=weights)))
    level = float(np.average(target, weights=weights))
    flat = float(np.log(level / (1.0 - level)))
    if spread <= _ALIKE * max(1.0, abs(centre)):
        return Line(0.0, round(flat, _DIGITS))
    slope, offset = _newton((log_odds - centre) / spread, target, weights, flat)
    if slope <= 0.0:
        return Line(0.0, round(flat, _DIGITS))
    return Line(round(slope / spread, _DIGITS), round(offset - slope * centre / spread, _DIGITS))


def _newton(scores: Floats, target: Floats, weights: Floats, flat: float) -> tuple[float, float]:
    """Slope and offset over standardised scores; each step is halved until the loss does not rise."""
    at = np.array([0.0, flat])
    loss = _loss(at, scores, target, weights)
    for _ in range(_ROUNDS):
        line = at[0] * scores + at[1]
        said = sigmoid(line)
        off = weights * (said - target)
        bend = weights * said * (1.0 - said)
        gradient = np.array([float(off @ scores), float(off.sum())])
        cross = float(bend @ scores)
        curve = np.array([[float(bend @ scores**2) + _RIDGE, cross], [cross, float(bend.sum()) + _RIDGE]])
        step = np.linalg.solve(curve, gradient)
        length = 1.0
        while length > _TOLERANCE:
            there = at - length * step
            there_loss = _loss(there, scores, target, weights)
            if there_loss <= loss:
                break
            length /= 2.0
        else:
            break
        at, gained = there, loss - there_loss
        loss = there_loss
        if gained <= _TOLERANCE * (1.0 + abs(loss)) and float(np.abs(length * step).max()) <= _TOLERANCE:
            break
    return float(at[0]), float(at[1])


def _loss(
    at: Floats,
    scores: Floats,
    target: Floats,
    weights: Floats,
) -> float:
    line = at[0] * scores + at[1]
    return float(weights @ (np.logaddexp(0.0, line) - target * line))
