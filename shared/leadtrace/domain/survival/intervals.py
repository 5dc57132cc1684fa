"""Intervals of 95 % for shares: Wilson's where all has ended, log(-log) where some is open (reference, 4.7).

What is undefined is None: an interval without width would claim a certainty that nobody has.
"""

from math import exp, log, sqrt
from typing import Final, TypeAlias

Interval: TypeAlias = tuple[float, float]

# The normal quantile of 0.975.
Z: Final = 1.959963984540054
# Shares that are sums of products are wrong by so much, and may miss 0 and 1 by it.
_ROUNDING: Final = 1e-12


def wilson(part: int, n: int) -> Interval | None:
    """The interval of `part` of `n`, all of which have ended; None of nobody (Wilson 1927).

    `(p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)`.
    """
    if not n:
        return None
    share, square = part / n, Z * Z / n
    middle, reach = share + square / 2, Z * sqrt(share * (1 - share) / n + square / (4 * n))
    low, high = (middle - reach) / (1 + square), (middle + reach) / (1 + square)
    # At the ends the exact limits are 0 and 1.
    return (0.0 if part == 0 else max(low, 0.0), 1.0 if part == n else min(high, 1.0))


def log_minus_log(share: float, variance: float) -> Interval | None:
    """The interval of a share with this variance, which stays between 0 and 1; None where it has no width.

    `F^exp(+-theta)` with `theta = z sqrt(Var F) / (F |ln F|)`.
    """
    if not _ROUNDING < share < 1.0 - _ROUNDING or variance <= _ROUNDING**2:
        return None
    theta = Z * sqrt(variance) / (share * -log(share))
    return share ** exp(theta), share ** exp(-theta)
