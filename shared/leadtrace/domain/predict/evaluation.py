"""What forecasts were worth, on rows that their model had not seen; the number of rows is always among it."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.losses import brier, log_loss
from leadtrace.domain.predict.ranking import Auc, Tenth, auc, lift_by_tenth
from leadtrace.domain.predict.reliability import Reliability, reliability


class Evaluation(msgspec.Struct, frozen=True):
    """Figures of one forecast.

    `rate` is the weighted rate of wins, `log_loss` is in nats, `auc` None if all ended alike.
    """

    leads: int
    wins: int
    rate: float
    log_loss: float
    brier: float
    auc: Auc | None
    reliability: Reliability
    lift: tuple[Tenth, ...]


def evaluate(
    said: NDArray[np.float64],
    won: NDArray[np.bool_],
    weights: NDArray[np.float64],
    groups: NDArray[np.int64] | None = None,
) -> Evaluation:
    """Every figure of the probabilities `said`, all of shape (rows,); `groups` is for `auc`.

    Raises:
        ValueError: there are no rows.
    """
    if not len(said):
        raise ValueError("there is nothing to evaluate")
    return Evaluation(
        leads=len(said),
        wins=int(won.sum()),
        rate=float(np.average(won, weights=weights)),
        log_loss=log_loss(said, won, weights),
        brier=brier(said, won, weights),
        auc=auc(said, won, weights, groups),
        reliability=reliability(said, won, weights),
        lift=lift_by_tenth(said, won, weights),
    )
