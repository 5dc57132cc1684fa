"""Intervals of 95 % for shares: Wilson's where all has ended, log(-log) where some is open (reference, 4.7).

What is undefined is None: an interval without width would claim a certainty that nobody has.
"""

from math import exp, log, sqrt
from typing import Final, TypeAlias

from leadtrace.domain.predict.floats import Z_95
from leadtrace.domain.predict.reliability import wilson as of_share

Interval: TypeAlias = tuple[float, float]

# Shares that are sums of products are wrong by so much, and may miss 0 and 1 by it.
_ROUNDING: Final = 1e-12


def wilson(part: int, n: int) -> Interval | None:
    """The interval of `part` of `n`, all of which have ended; None of nobody (Wilson 1927)."""
    if not n:
        return None
    low, high = of_share(part / n, n)
    # At the ends the exact limits are 0 and 1.
    return (0.0 if part == 0 else low, 1.0 if part == n else high)


def log_minus_log(share: float, variance: float) -> Interval | None:
    """The interval of a share with this variance, which stays between 0 and 1; None where it has no width.

    `F^exp(+-theta)` with `theta = z sqrt(Var F) / (F |ln F|)`.
    """
    if not _ROUNDING < share < 1.0 - _ROUNDING or variance <= _ROUNDING**2:
        return None
    theta = Z_95 * sqrt(variance) / (share * -log(share))
    return share ** exp(theta), share ** exp(-theta)
