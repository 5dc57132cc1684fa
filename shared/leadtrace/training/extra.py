"""What the extra `training` brings, kept to one thread, or the one error that says how to get it.

Sums over several threads come out in another order each time, and so do their last digits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

try:
    from scipy.linalg import LinAlgWarning
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    UNSOLVED: tuple[type[Warning], ...] = (ConvergenceWarning, LinAlgWarning)
except ImportError:  # the extra `training` was left out
    LogisticRegression = threadpool_limits = None
    UNSOLVED = ()

REMEDY: Final = "training needs scikit-learn: install leadtrace[training]"


class MissingExtraError(RuntimeError):
    """The extra `training` is not installed."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep linear algebra to one thread meanwhile, so that equal data give equal bits.

    Raises:
        MissingExtraError: the extra is not installed.
    """
    if threadpool_limits is None:
        raise MissingExtraError(REMEDY)
    with threadpool_limits(limits=1):
        yield


__all__ = ["REMEDY", "UNSOLVED", "LogisticRegression", "MissingExtraError", "one_thread"]
