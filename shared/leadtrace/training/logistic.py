"""Logistic regression by scikit-learn: one fit, solved far beyond the digits that are kept.

Newton's method converges to the last digits, so that rounding afterwards leaves equal coefficients wherever
it runs.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from leadtrace.training.extra import LogisticRegression

_TOLERANCE: Final = 1e-10
_MOST_ROUNDS: Final = 500

Floats = NDArray[np.float64]


def fit_logistic(
    matrix: Floats, won: NDArray[np.bool_], weights: Floats, *, strength: float
) -> tuple[float, list[float]]:
    """Intercept and coefficients of least weighted log loss plus `|coefficients|^2 / (2 strength)`.

    `matrix` is of shape (rows, columns), what came of the rows and their weights of shape (rows,).
    """
    fitted = LogisticRegression(
        C=strength, solver="newton-cholesky", tol=_TOLERANCE, max_iter=_MOST_ROUNDS
    ).fit(matrix, won, sample_weight=weights)
    return float(fitted.intercept_[0]), [float(value) for value in fitted.coef_[0]]
