"""Whether leads are scored otherwise than a month ago, and whether hot still means what it meant.

A month is 30 days of the moments at which leads were judged. Shares are known at once; conversion only of
mature months, in which every lead was watched for the whole horizon.
"""

from typing import Final

import msgspec
import numpy as np

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.predict.bins import edges_of
from leadtrace.domain.quality.conversion import Conversion, Interval, conversion, difference
from leadtrace.domain.quality.ending import Endings
from leadtrace.domain.quality.moment import Bools, Ints, Sample

MONTH_DAYS: Final = 30
TRAILING_MONTHS: Final = 6
_MONTH_US: Final = MONTH_DAYS * DAY_US
_INTERVALS: Final = 10
_HALF: Final = 0.5
HOT: Final = BANDS.index("hot")


class Share(msgspec.Struct, frozen=True):
    """What part of the leads of two months a band has; None without leads."""

    band: str
    recent: float | None
    before: float | None


class HotMonths(msgspec.Struct, frozen=True, kw_only=True):
    """Hot leads of the newest mature month against those of the six before; shares are of all leads."""

    newest: Conversion
    trailing: Conversion
    newest_share: float | None
    trailing_share: float | None
    difference: float | None
    interval: Interval | None


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """Leads judged within the last 30 days (`recent`) against the 30 days before.

    `stability_index` is the population stability index of the points over ten intervals of equal counts;
    `noise` what it comes to by chance alone, on average. None where either month has no leads.
    """

    recent: int
    before: int
    stability_index: float | None
    noise: float | None
    shares: tuple[Share, ...]
    hot: HotMonths


def drift(sample: Sample, found: Endings, *, until: int) -> Drift:
    """As of `until` (µs)."""
    recent = _within(sample.at, until, 1)
    before = _within(sample.at, until - _MONTH_US, 1)
    index = stability_index(sample.points[before], sample.points[recent])
    return Drift(
        recent=int(recent.sum()),
        before=int(before.sum()),
        stability_index=index[0] if index else None,
        noise=index[1] if index else None,
        shares=tuple(
            Share(name, _share(sample.band[recent], number), _share(sample.band[before], number))
            for number, name in enumerate(BANDS)
        ),
        hot=_hot_months(sample, found, until - found.horizon_us),
    )


def stability_index(before: Ints, recent: Ints) -> tuple[float, float] | None:
    """`sum((p - q) ln(p / q))` and what it is on average without any change, `(k - 1)(1/m + 1/n)`.

    The k intervals are cut by those `before`. Half a lead is added to each count, so that none is empty.
    """
    if not (len(before) and len(recent)):
        return None
    edges = np.array(edges_of(before.astype(np.float64).tolist(), _INTERVALS))
    shares = []
    for points in (before, recent):
        counts = np.bincount(np.searchsorted(edges, points, side="right"), minlength=len(edges) + 1) + _HALF
        shares.append(counts / counts.sum())
    then, now = shares
    noise = len(edges) * (1.0 / len(before) + 1.0 / len(recent))
    return float(np.sum((now - then) * np.log(now / then))), noise


def _hot_months(sample: Sample, found: Endings, mature_until: int) -> HotMonths:
    newest = _within(sample.at, mature_until, 1)
    trailing = _within(sample.at, mature_until - _MONTH_US, TRAILING_MONTHS)
    hot = sample.band == HOT
    now, then = conversion(found.rows(newest & hot)), conversion(found.rows(trailing & hot))
    apart = difference(now, then)
    return HotMonths(
        newest=now,
        trailing=then,
        newest_share=_share(sample.band[newest], HOT),
        trailing_share=_share(sample.band[trailing], HOT),
        difference=apart[0] if apart else None,
        interval=apart[1] if apart else None,
    )


def _within(at: Ints, last: int, months: int) -> Bools:
    """Judged within so many months up to a moment (µs)."""
    return (at > last - months * _MONTH_US) & (at <= last)


def _share(band: Ints, number: int) -> float | None:
    return float(np.count_nonzero(band == number)) / len(band) if len(band) else None
