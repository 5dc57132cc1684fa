"""What forecasts are computed with: arrays of doubles, the logistic function, the width of an interval."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

# The normal distribution has 95 % within so many standard deviations.
Z_95: Final = 1.959963984540054


def sigmoid(log_odds: Floats) -> Floats:
    """Probabilities of natural log-odds, `1/(1 + exp(-x))`, within the last digits; of the same shape."""
    said: Floats = 0.5 * (1.0 + np.tanh(0.5 * log_odds))
    return said
