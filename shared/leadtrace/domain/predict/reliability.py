"""Whether what is said comes true: said and observed rates by group, how far apart, and at which slope."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.floats import Z_95, Floats

GROUPS: Final = 10
# A variance: forecasts that lie within a hundredth of a percent have no slope.
_FLAT: Final = 1e-8


class Group(msgspec.Struct, frozen=True):
    """Leads of which about the same was `said`; `observed` wins with their Wilson interval (95 %)."""

    leads: int
    said: float
    observed: float
    low: float
    high: float


class Reliability(msgspec.Struct, frozen=True):
    """`ece` is the mean distance of said and observed over the groups, by their weight.

    `slope` is that of observed over said rates in a weighted line through the groups: 1 when all is well,
    below 1 when forecasts are too extreme; None where all groups say the same.
    """

    groups: tuple[Group, ...]
    ece: float
    slope: float | None


def wilson(rate: float, count: float) -> tuple[float, float]:
    """`(p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2))/(1 + z^2/n)` (reference, 4.7)."""
    square = Z_95**2 / count
    middle = rate + square / 2.0
    reach = Z_95 * float(np.sqrt(rate * (1.0 - rate) / count + square / (4.0 * count)))
    return max(0.0, (middle - reach) / (1.0 + square)), min(1.0, (middle + reach) / (1.0 + square))


def reliability(said: Floats, won: NDArray[np.bool_], weights: Floats) -> Reliability:
    """Over ten groups of equal counts by what was said (reference, 4.8); equal ones are never parted."""
    groups, masses = [], []
    for places in _alike(said):
        mass = weights[places]
        observed = min(1.0, float(np.average(won[places], weights=mass)))
        # Unequal weights say less than as many equal ones: Kish's effective number of leads.
        effective = float(mass.sum() ** 2 / np.sum(mass**2))
        low, high = wilson(observed, effective)
        groups.append(Group(len(places), float(np.average(said[places], weights=mass)), observed, low, high))
        masses.append(float(mass.sum()))
    share = np.asarray(masses) / sum(masses)
    means = np.array([group.said for group in groups])
    rates = np.array([group.observed for group in groups])
    return Reliability(tuple(groups), float(share @ np.abs(means - rates)), _slope(means, rates, share))


def _alike(said: Floats) -> list[NDArray[np.int64]]:
    """Places of rising forecasts in groups of about equal counts; equal forecasts stay in one group."""
    order = np.argsort(said, kind="stable")
    ordered = said[order]
    starts = [len(order) * part // GROUPS for part in range(1, GROUPS)]
    cuts = sorted({int(np.searchsorted(ordered, ordered[start])) for start in starts} - {0})
    return np.split(order, cuts)


def _slope(means: Floats, rates: Floats, share: Floats) -> float | None:
    apart = means - share @ means
    spread = float(share @ apart**2)
    return float(share @ (apart * (rates - share @ rates))) / spread if spread > _FLAT else None
