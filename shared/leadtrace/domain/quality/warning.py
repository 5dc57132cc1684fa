"""What somebody should look at, in words with the numbers behind it; nothing where too little is known."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import msgspec

from leadtrace.domain.quality.conversion import Band, Conversion, Interval, difference
from leadtrace.domain.quality.drift import MONTH_DAYS, TRAILING_MONTHS, Drift, HotMonths

# Of fewer leads a rate moves by ten points with three of them.
FEWEST: Final = 30
_DOUBLED: Final = 2.0
# The custom of those who use the index: below a tenth nothing changed, above a quarter much did.
_SHIFTED: Final = 0.25


class WarningKind(StrEnum):
    """What is wrong; the first two are score inflation."""

    HOT_NO_BETTER = "hot_no_better"
    INFLATION = "inflation"
    HOT_FELL = "hot_fell"
    HOT_SHARE_DOUBLED = "hot_share_doubled"
    WARM_NO_BETTER = "warm_no_better"
    SCORES_SHIFTED = "scores_shifted"


INFLATED: Final = frozenset({WarningKind.HOT_NO_BETTER, WarningKind.INFLATION})


class ScoreWarning(msgspec.Struct, frozen=True):
    """One of them."""

    kind: WarningKind
    words: str


def warnings_of(bands: tuple[Band, ...], drift: Drift, *, horizon_days: int) -> tuple[ScoreWarning, ...]:
    """Everything that the figures give reason for."""
    cold, warm, hot = bands
    found = (
        *_no_better(hot, warm, WarningKind.HOT_NO_BETTER),
        *_fell(drift.hot),
        *_share_doubled(drift, horizon_days),
        *_no_better(warm, cold, WarningKind.WARM_NO_BETTER),
        *_shifted(drift),
    )
    return tuple(ScoreWarning(kind, words) for kind, words in found)


_Found = Iterator[tuple[WarningKind, str]]


def _no_better(above: Band, below: Band, kind: WarningKind) -> _Found:
    one, other = above.conversion, below.conversion
    apart = difference(one, other)
    # Where no win is known at all nothing is known of the score.
    if apart is None or not (one.won or other.won):
        return
    if min(one.effective, other.effective) >= FEWEST and apart[0] <= 0:
        said = f"{above.band.capitalize()} converts no better than {below.band}"
        yield kind, f"{said}: {_of(one)} against {_of(other)} ({_apart(*apart)})."


def _fell(hot: HotMonths) -> _Found:
    now, then = hot.newest, hot.trailing
    if hot.difference is None or hot.interval is None or min(now.leads, then.leads) < FEWEST:
        return
    if hot.interval.high >= 0:
        return
    numbers = f"{_of(now)} against {_of(then)} in the {TRAILING_MONTHS * MONTH_DAYS} days before"
    said = f"{numbers} ({_apart(hot.difference, hot.interval)})"
    if hot.trailing_share and hot.newest_share and hot.newest_share >= _DOUBLED * hot.trailing_share:
        shares = f"{_percent(hot.trailing_share)} to {_percent(hot.newest_share)}"
        rose = f"in the newest mature {MONTH_DAYS} days the share of hot rose from {shares} of all leads"
        yield WarningKind.INFLATION, f"Score inflation: {rose} while its conversion fell: {said}."
    else:
        when = f"in the newest mature {MONTH_DAYS} days"
        yield WarningKind.HOT_FELL, f"Hot converts less than it did: {when} {said}."


def _share_doubled(drift: Drift, horizon_days: int) -> _Found:
    share = next(one for one in drift.shares if one.band == "hot")
    if not share.before or share.recent is None or min(drift.recent, drift.before) < FEWEST:
        return
    # Of few hot leads a doubling is chance: at least so many must be there now.
    if share.recent >= _DOUBLED * share.before and share.recent * drift.recent >= FEWEST:
        rose = (
            f"{_percent(share.before)} of {drift.before} leads to {_percent(share.recent)} of {drift.recent}"
        )
        known = f"whether they convert is known in {horizon_days} days"
        words = f"The share of hot rose from {rose} within {MONTH_DAYS} days; {known}."
        yield WarningKind.HOT_SHARE_DOUBLED, words


def _shifted(drift: Drift) -> _Found:
    index, noise = drift.stability_index, drift.noise
    if index is not None and noise is not None and index > _SHIFTED + noise:
        numbers = f"the stability index is {index:.2f}, and {noise:.2f} would be chance"
        leads = f"{drift.recent} leads against {drift.before}"
        words = f"Scores are distributed otherwise than a month ago: {numbers} ({leads})."
        yield WarningKind.SCORES_SHIFTED, words


def _of(one: Conversion) -> str:
    return f"{_percent(one.rate or 0.0)} of {one.leads} leads"


def _apart(apart: float, interval: Interval) -> str:
    return f"{100 * apart:+.1f} points, 95 % interval {100 * interval.low:+.1f} to {100 * interval.high:+.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
