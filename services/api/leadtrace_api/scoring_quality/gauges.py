"""Gauges of the score's quality, read from what is stored when Prometheus asks."""

from leadtrace.domain.quality.score_quality import ScoreQuality
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import Metrics
from leadtrace_api.reading import reading
from leadtrace_api.room import AWAY, Room
from leadtrace_api.scoring_quality import metrics as catalogue
from leadtrace_api.scoring_quality.queries import Stored, stored

_UNKNOWN = float("nan")

_log = get_logger("leadtrace_api.scoring_quality")


class QualityGauges:
    """What is not known is no number: absent where there are labels, NaN where there are none."""

    def __init__(self, room: Room, metrics: Metrics) -> None:
        self._room = room
        self._conversion = metrics.gauge(catalogue.BAND_CONVERSION)
        self._share = metrics.gauge(catalogue.BAND_SHARE)
        self._auc = metrics.gauge(catalogue.AUC)
        self._brier = metrics.gauge(catalogue.BRIER)
        self._drift = metrics.gauge(catalogue.DRIFT)
        self._inflation = metrics.gauge(catalogue.INFLATION)
        self._timestamp = metrics.gauge(catalogue.TIMESTAMP)

    async def refresh(self) -> None:
        """Read anew; when the database is away the numbers go, because they would be stale."""
        try:
            async with reading(self._room) as now:
                found = await stored(now, now.version)
        except AWAY as error:
            _log.warning("score_quality.unread", error=type(error).__name__)
            found = None
        self._show(found)

    def _show(self, found: Stored | None) -> None:
        self._conversion.clear()
        self._share.clear()
        quality = found.quality if found is not None else None
        if quality is not None:
            self._show_bands(quality)
        self._timestamp.set(found.computed_at.timestamp() if found is not None else 0)
        self._auc.set(quality.auc.value if quality is not None and quality.auc is not None else _UNKNOWN)
        forecast = quality.forecast if quality is not None else None
        self._brier.set(forecast.brier if forecast is not None else _UNKNOWN)
        index = quality.drift.stability_index if quality is not None else None
        self._drift.set(index if index is not None else _UNKNOWN)
        self._inflation.set(float(quality.inflation) if quality is not None else _UNKNOWN)

    def _show_bands(self, quality: ScoreQuality) -> None:
        for band in quality.bands:
            if band.conversion.rate is not None:
                self._conversion.labels(band.band).set(band.conversion.rate)
        for share in quality.drift.shares:
            if share.recent is not None:
                self._share.labels(share.band).set(share.recent)
