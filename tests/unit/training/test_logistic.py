"""The fit against its own conditions: at the least loss no coefficient gains by moving."""

import numpy as np
import pytest

from leadtrace.training.logistic import fit_logistic
from tests.unit.training.leads import SEED


def test_the_fit_is_where_the_gradient_vanishes() -> None:
    """Tolerance: the solver stops when the gradient is this small; digits that are kept need no more."""
    generator = np.random.default_rng(SEED)
    matrix = generator.normal(size=(300, 4))
    won = generator.random(300) < 1 / (1 + np.exp(-matrix[:, 0]))
    weights = generator.uniform(1, 3, 300)
    strength = 0.5
    intercept, coefficients = fit_logistic(matrix, won, weights, strength=strength)
    said = 1 / (1 + np.exp(-(matrix @ np.array(coefficients) + intercept)))
    off = weights * (said - won)
    assert float(off.sum()) == pytest.approx(0.0, abs=1e-6)
    assert (matrix.T @ off + np.array(coefficients) / strength) == pytest.approx(np.zeros(4), abs=1e-6)


def test_a_fit_that_was_not_solved_is_refused() -> None:
    """Nearly equal columns and next to no penalty: another solver would take over and stop somewhere near."""
    generator = np.random.default_rng(SEED)
    column = generator.normal(size=(50, 1))
    matrix = np.hstack([column, column, column * 1e8])
    with pytest.raises(ValueError, match="was not solved"):
        fit_logistic(matrix, generator.random(50) < 0.5, np.ones(50), strength=1e15)
