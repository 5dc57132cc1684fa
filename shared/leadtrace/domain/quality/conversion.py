"""What leads of a band came to: wins by the horizon, with an interval, and the plain ratio beside it."""

from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np

from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.predict.reliability import wilson
from leadtrace.domain.quality.ending import Endings, weights
from leadtrace.domain.quality.moment import Ints


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """Judged leads: `won` and `lost` by the horizon, `censored` as long as nobody knows.

    Lost are those who were lost or watched past the horizon without a win; `mature` were watched for all of
    it. `rate` weighs by the inverse probability of being watched and has a Wilson interval over `effective`
    leads (Kish); None where nobody was watched for the whole horizon. `naive` is won / leads.
    """

    leads: int
    won: int
    lost: int
    censored: int
    mature: int
    rate: float | None
    interval: Interval | None
    effective: float
    naive: float | None


class Band(msgspec.Struct, frozen=True):
    """A band; `lift` is its rate over that of all, its interval takes the rate of all as exact."""

    band: str
    conversion: Conversion
    lift: float | None
    lift_interval: Interval | None


class Step(msgspec.Struct, frozen=True):
    """By how much `above` converts better than `below`, as a difference of rates (Newcombe's interval)."""

    below: str
    above: str
    difference: float
    interval: Interval


def conversion(found: Endings) -> Conversion:
    """Of any set of leads; weights are those among these leads."""
    leads, known, won = len(found.known), int(found.known.sum()), int(found.won.sum())
    rate, interval, effective = _weighted(found)
    return Conversion(
        leads=leads,
        won=won,
        lost=known - won,
        censored=leads - known,
        mature=found.mature,
        rate=rate,
        interval=interval,
        effective=effective,
        naive=won / leads if leads else None,
    )


def _weighted(found: Endings) -> tuple[float | None, Interval | None, float]:
    """The rate with its interval, and the number of leads that say as much unweighted."""
    if not found.mature:
        return None, None, 0.0
    mass = weights(found)
    total = float(mass.sum())
    rate = min(1.0, float(mass[found.won].sum()) / total)
    effective = total**2 / float(np.sum(mass**2))
    return rate, Interval(*wilson(rate, effective)), effective


def by_band(found: Endings, band: Ints, overall: Conversion) -> tuple[Band, ...]:
    """Each band, cold first."""
    made = []
    for number, name in enumerate(BANDS):
        one = conversion(found.rows(band == number))
        if one.rate is None or one.interval is None or not overall.rate:
            made.append(Band(name, one, None, None))
            continue
        around = Interval(*(bound / overall.rate for bound in one.interval))
        made.append(Band(name, one, one.rate / overall.rate, around))
    return tuple(made)


def steps(bands: tuple[Band, ...]) -> tuple[Step, ...]:
    """From each band to the next, where both rates are known."""
    made = []
    for below, above in pairwise(bands):
        found = difference(above.conversion, below.conversion)
        if found is not None:
            made.append(Step(below.band, above.band, *found))
    return tuple(made)


def difference(one: Conversion, other: Conversion) -> tuple[float, Interval] | None:
    """`one.rate - other.rate`, its interval by Newcombe 1998, method 10, from the two Wilson intervals."""
    if one.rate is None or other.rate is None or one.interval is None or other.interval is None:
        return None
    apart = one.rate - other.rate
    down = np.hypot(one.rate - one.interval.low, other.interval.high - other.rate)
    up = np.hypot(one.interval.high - one.rate, other.rate - other.interval.low)
    return apart, Interval(apart - float(down), apart + float(up))
