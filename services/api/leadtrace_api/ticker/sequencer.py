"""Gives committed entries their numbers, in each projector; an advisory lock lets one at a time do it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from leadtrace.runtime.clock import Clock
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.wakeup import Wakeup
from leadtrace.store.connection import Connection, Pool
from leadtrace_api.store import ticker
from leadtrace_api.ticker.metrics import SEQUENCER_LAG

KEPT: Final = timedelta(hours=24)
_PRUNE_EVERY: Final = timedelta(minutes=10)
_A_ROUND: Final = 5_000
_POLL_S: Final = 0.5


class Sequencer:
    """One in each projector; whichever comes first does the work."""

    def __init__(self, pool: Pool, clock: Clock, metrics: Metrics, *, a_round: int = _A_ROUND) -> None:
        self._pool = pool
        self.clock = clock
        self._lag = metrics.histogram(SEQUENCER_LAG)
        self._a_round = a_round
        self._pruned_at: datetime | None = None

    async def run(self, connect: Callable[[], Awaitable[Connection]], stop: StopSignal) -> None:
        """Number what is told, and remove what is old, until the stop signal."""
        wakeup = Wakeup(connect, ticker.WAITING_CHANNEL, _POLL_S)
        try:
            while not stop.is_set():
                await until_done(self.work, what="number the ticker", stop=stop)
                await wakeup.wait(stop)
        except StoppedError:
            return
        finally:
            await wakeup.close()

    async def work(self) -> None:
        """Number all that is committed; remove what is older than a day now and then."""
        async with self._pool.acquire() as connection:
            while (done := await ticker.number(connection, self.clock.now(), self._a_round)).numbered:
                self._lag.observe(done.waited_s)
            now = self.clock.now()
            if self._pruned_at is None or now - self._pruned_at >= _PRUNE_EVERY:
                await ticker.prune(connection, now - KEPT)
                self._pruned_at = now
