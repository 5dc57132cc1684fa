"""From what is stored to the answer: every share rounded to 6 decimals."""

from leadtrace.domain.predict.ranking import Auc
from leadtrace.domain.quality.conversion import Band, Conversion
from leadtrace.domain.quality.drift import Drift
from leadtrace.domain.quality.forecast import Forecast
from leadtrace_api.schemas import RATE_DIGITS
from leadtrace_api.scoring_quality import schemas
from leadtrace_api.scoring_quality.queries import Stored


def answer_of(stored: Stored) -> schemas.ScoringQuality:
    """What is said of a score."""
    quality = stored.quality
    return schemas.ScoringQuality(
        snapshot_at=stored.computed_at,
        definition_version=stored.version,
        horizon_days=quality.horizon_days,
        age_days=quality.age_days,
        computed_at=stored.computed_at,
        left_out=schemas.LeftOut(
            deleted=quality.left_out.deleted,
            too_young=quality.left_out.too_young,
            won_before=quality.left_out.won_before,
            lost_before=quality.left_out.lost_before,
            unscored=quality.left_out.unscored,
        ),
        overall=_converted(quality.overall),
        bands=tuple(map(_band, quality.bands)),
        steps=tuple(
            schemas.BandStep(
                below=step.below,
                above=step.above,
                difference=_rounded(step.difference),
                interval=_pair(step.interval),
            )
            for step in quality.steps
        ),
        monotone=quality.monotone,
        auc=_auc(quality.auc),
        tenths=tuple(
            schemas.Tenth(leads=one.leads, rate=_rounded(one.rate), lift=_rounded(one.lift))
            for one in quality.tenths
        ),
        forecast=_forecast(quality.forecast) if quality.forecast is not None else None,
        drift=_drift(quality.drift),
        warnings=tuple(
            schemas.QualityWarning(kind=one.kind.value, words=one.words) for one in quality.warnings
        ),
        inflation=quality.inflation,
    )


def rate_of(found: Conversion) -> schemas.WonRate:
    """A rate with all that it stands on."""
    return schemas.WonRate(
        value=_maybe(found.rate),
        n=found.leads,
        interval=_pair(found.interval) if found.interval is not None else None,
        effective_n=_rounded(found.effective),
        naive=_maybe(found.naive),
        maturity=_rounded(1 - found.censored / found.leads) if found.leads else None,
    )


def _converted(found: Conversion) -> schemas.Converted:
    return schemas.Converted(won=found.won, lost=found.lost, censored=found.censored, rate=rate_of(found))


def _band(band: Band) -> schemas.BandQuality:
    found, lift = band.conversion, None
    if band.lift is not None and band.lift_interval is not None:
        lift = schemas.Lift(value=_rounded(band.lift), interval=_pair(band.lift_interval))
    return schemas.BandQuality(
        band=band.band,
        won=found.won,
        lost=found.lost,
        censored=found.censored,
        rate=rate_of(found),
        lift=lift,
    )


def _auc(found: Auc | None) -> schemas.Auc | None:
    if found is None:
        return None
    interval = found.interval
    return schemas.Auc(value=_rounded(found.value), interval=None if interval is None else _pair(interval))


def _forecast(found: Forecast) -> schemas.ForecastQuality:
    return schemas.ForecastQuality(
        split=found.split.value,
        leads=found.leads,
        won=found.won,
        brier=_rounded(found.brier),
        brier_of_rate=_rounded(found.brier_base),
        skill=_rounded(found.skill),
        log_loss=_rounded(found.log_loss),
        log_loss_of_rate=_rounded(found.log_loss_base),
        calibration_error=_rounded(found.reliability.ece),
        slope=_maybe(found.reliability.slope),
        groups=tuple(
            schemas.ReliabilityGroup(
                leads=one.leads,
                said=_rounded(one.said),
                observed=_rounded(one.observed),
                interval=_pair((one.low, one.high)),
            )
            for one in found.reliability.groups
        ),
    )


def _drift(found: Drift) -> schemas.DriftQuality:
    hot = found.hot
    return schemas.DriftQuality(
        recent=found.recent,
        before=found.before,
        stability_index=_maybe(found.stability_index),
        noise=_maybe(found.noise),
        shares=tuple(
            schemas.BandShare(band=one.band, recent=_maybe(one.recent), before=_maybe(one.before))
            for one in found.shares
        ),
        hot=schemas.HotMonths(
            newest=_converted(hot.newest),
            trailing=_converted(hot.trailing),
            newest_share=_maybe(hot.newest_share),
            trailing_share=_maybe(hot.trailing_share),
            difference=_maybe(hot.difference),
            interval=_pair(hot.interval) if hot.interval is not None else None,
        ),
    )


def _pair(interval: tuple[float, float]) -> schemas.Interval:
    low, high = interval
    return _rounded(low), _rounded(high)


def _maybe(value: float | None) -> float | None:
    return _rounded(value) if value is not None else None


def _rounded(value: float) -> float:
    return round(value, RATE_DIGITS)
