"""Logistic regression by scikit-learn: one fit, solved far beyond the digits that are kept.

Newton's method converges to the last digits, so that rounding afterwards leaves equal coefficients wherever
it runs.
"""

import warnings
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.floats import Floats
from leadtrace.training.extra import UNSOLVED, LogisticRegression

_TOLERANCE: Final = 1e-10
_MOST_ROUNDS: Final = 500


def fit_logistic(
    matrix: Floats, won: NDArray[np.bool_], weights: Floats, *, strength: float
) -> tuple[float, list[float]]:
    """Intercept and coefficients of least weighted log loss plus `|coefficients|^2 / (2 strength)`.

    `matrix` is of shape (rows, columns), what came of the rows and their weights of shape (rows,).

    Raises:
        ValueError: it was not solved to the end, so that its last digits would depend on where it ran.
    """
    model = LogisticRegression(C=strength, solver="newton-cholesky", tol=_TOLERANCE, max_iter=_MOST_ROUNDS)
    with warnings.catch_warnings():
        for warning in UNSOLVED:
            warnings.simplefilter("error", warning)
        try:
            fitted = model.fit(matrix, won, sample_weight=weights)
        except UNSOLVED as said:
            raise ValueError(f"logistic regression was not solved: {' '.join(str(said).split())}") from said
    return float(fitted.intercept_[0]), [float(value) for value in fitted.coef_[0]]
