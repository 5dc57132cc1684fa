"""Takes the snapshot again and again in the background: a scrape shows the newest and asks no table."""

import asyncio
import time

from leadtrace.runtime.families import SnapshotCollector
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_metrics import MetricsSettings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace_api.business import metrics as catalogue
from leadtrace_api.business.snapshot import snapshot
from leadtrace_api.reading import reading
from leadtrace_api.room import Room

_LONGEST_S = 60.0
# A snapshot that takes long is taken less often: never more than this part of the time.
_LARGEST_SHARE = 0.1

_log = get_logger("leadtrace_api.business")


class BusinessGauges:
    """The gauges of the newest snapshot that succeeded; none before the first."""

    def __init__(self, room: Room, metrics: Metrics, settings: MetricsSettings) -> None:
        self._room = room
        self._settings = settings
        self._collector = SnapshotCollector(catalogue.OF_A_SNAPSHOT)
        self._failures = metrics.counter(catalogue.SNAPSHOT_FAILURES)
        metrics.collect_with(self._collector)

    async def run(self, stop: StopSignal) -> None:
        """Take snapshots until the stop signal."""
        while True:
            started = time.monotonic()
            await self.refresh()
            took = time.monotonic() - started
            if await stop.wait_for(max(self._settings.snapshot_interval_s, took / _LARGEST_SHARE)):
                return

    async def refresh(self) -> None:
        """Take one; if it fails, the last one stays, and its timestamp tells how old it is."""
        try:
            async with asyncio.timeout(_LONGEST_S), reading(self._room) as now:
                families = await snapshot(now, self._room, self._settings.top_channels)
        except Exception as error:  # noqa: BLE001 - whatever fails here must not end the api
            self._failures.inc()
            _log.warning("business.snapshot_failed", error=type(error).__name__, exc_info=_is_ours(error))
            return
        self._collector.replace(families)


def _is_ours(error: Exception) -> bool:
    """Whether the code is to blame, and not a database that is away."""
    return isinstance(error, ArithmeticError | LookupError | TypeError | ValueError | AttributeError)
