"""Rows that time alone may change: looked for every minute, folded again and published like any change."""

from leadtrace.runtime.due_metrics import TIMER_OVERDUE, TIMER_PASSED, TIMER_ROWS
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.refold import Refolder
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal

_EVERY_S = 60.0

_log = get_logger("leadtrace.runtime.due")


class DueRows:
    """Folds due rows again, page by page; of several processes each finds what is left."""

    def __init__(self, refolder: Refolder, stop: StopSignal, metrics: Metrics | None = None) -> None:
        self._refolder = refolder
        self._stop = stop
        metrics = metrics or Metrics()
        self._folded = metrics.counter(TIMER_ROWS)
        self._overdue = metrics.gauge(TIMER_OVERDUE)
        self._passed = metrics.gauge(TIMER_PASSED)

    async def run(self) -> None:
        """Look until the stop signal; a database or broker that is away is waited for."""
        try:
            while not self._stop.is_set():
                await until_done(self.run_once, what="judge what is due", stop=self._stop)
                await self._stop.wait_for(_EVERY_S)
        except StoppedError:
            return

    async def run_once(self) -> int:
        """Fold what is due; how many rows that were."""
        found = await self._refolder.rebuild_stuck(self._overdue.set)
        done = sum(one.stuck for one in found)
        if done:
            _log.info("due.folded", rows=done)
        self._overdue.set(sum(one.still_stuck for one in found))
        self._folded.inc(done)
        self._passed.set_to_current_time()
        return done
