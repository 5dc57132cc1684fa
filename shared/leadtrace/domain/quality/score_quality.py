"""Everything that is said of a score, out of one sample: a body that is stored and served as it is."""

from typing import Final

import msgspec

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.predict.ranking import Auc, Tenth, auc, lift_by_tenth
from leadtrace.domain.quality.conversion import Band, Conversion, Step, by_band, conversion, steps
from leadtrace.domain.quality.drift import Drift, drift
from leadtrace.domain.quality.ending import endings, weights
from leadtrace.domain.quality.forecast import Forecast, forecast
from leadtrace.domain.quality.moment import LeftOut, Sample
from leadtrace.domain.quality.warning import INFLATED, ScoreWarning, warnings_of

# Raised whenever a figure is computed otherwise; what is stored of another one is computed anew.
COMPUTATION: Final = 1


class ScoreQuality(msgspec.Struct, frozen=True, kw_only=True):
    """Of leads judged `age_days` after their capture, won within `horizon_days` after that or not.

    `until` (µs) is the moment up to which every win and loss was known. `monotone` says whether each band
    converts at least as well as the one below it. `auc` and `tenths` rank by points, all moments together.
    """

    horizon_days: int
    age_days: int
    until: int
    left_out: LeftOut
    overall: Conversion
    bands: tuple[Band, ...]
    steps: tuple[Step, ...]
    monotone: bool | None
    auc: Auc | None
    tenths: tuple[Tenth, ...]
    forecast: Forecast | None
    drift: Drift
    warnings: tuple[ScoreWarning, ...]
    inflation: bool


def score_quality(
    sample: Sample, left_out: LeftOut, *, horizon_days: int, age_days: int, until: int
) -> ScoreQuality:
    """Judge a sample; equal samples give equal bodies, in whichever order their leads came."""
    found = endings(sample, horizon_us=horizon_days * DAY_US, until=until)
    overall = conversion(found)
    bands = by_band(found, sample.band, overall)
    between = steps(bands)
    moved = drift(sample, found, until=until)
    warned = warnings_of(bands, moved, horizon_days=horizon_days)
    ranks = (sample.points[found.known].astype(float), found.won[found.known], weights(found)[found.known])
    told = overall.rate is not None
    return ScoreQuality(
        horizon_days=horizon_days,
        age_days=age_days,
        until=until,
        left_out=left_out,
        overall=overall,
        bands=bands,
        steps=between,
        monotone=all(step.difference >= 0 for step in between) if len(between) == len(bands) - 1 else None,
        auc=auc(*ranks) if told else None,
        tenths=lift_by_tenth(*ranks) if told else (),
        forecast=forecast(sample, found) if told else None,
        drift=moved,
        warnings=warned,
        inflation=any(one.kind in INFLATED for one in warned),
    )
