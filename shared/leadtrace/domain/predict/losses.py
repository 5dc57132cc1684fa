"""How far probabilities are from what came true, by row and in the weighted mean."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.floats import Z_95, Floats

# The largest double below 1 and its counterpart: a certain mistake costs 36, not everything.
_SURE: Final = float(np.finfo(np.float64).eps)


class Gain(NamedTuple):
    """By how much less log loss one forecast has than another, with its 95 % interval."""

    mean: float
    low: float
    high: float


def log_losses(said: Floats, won: NDArray[np.bool_]) -> Floats:
    """`-ln P(what happened)` of each row, in nats; probabilities are kept one double away from 0 and 1."""
    kept = np.clip(said, _SURE, 1.0 - _SURE)
    losses: Floats = -np.log(np.where(won, kept, 1.0 - kept))
    return losses


def log_loss(said: Floats, won: NDArray[np.bool_], weights: Floats) -> float:
    """The weighted mean of `log_losses`."""
    return float(np.average(log_losses(said, won), weights=weights))


def brier(said: Floats, won: NDArray[np.bool_], weights: Floats) -> float:
    """Brier's score, `mean((p - y)^2)` (reference, 4.8), weighted."""
    return float(np.average((said - won) ** 2, weights=weights))


def gain_over(said: Floats, other: Floats, won: NDArray[np.bool_], weights: Floats) -> Gain:
    """How much better `said` is than `other`, row by row, so that what is hard for both counts for neither.

    The interval is the normal one of a weighted mean of paired differences (delta method). It takes rows as
    independent and the forecasts as given, so it is a little too narrow.
    """
    differences = log_losses(other, won) - log_losses(said, won)
    mean = float(np.average(differences, weights=weights))
    error = float(np.sqrt(np.sum((weights * (differences - mean)) ** 2)) / weights.sum())
    return Gain(mean, mean - Z_95 * error, mean + Z_95 * error)
