"""The eraser at work: carries requests out, searches raw deliveries, takes bytes out, closes what is done."""

from leadtrace.runtime.clock import Clock
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal
from leadtrace_ingest.erasure.carrying_out import carry_out_requested
from leadtrace_ingest.erasure.redacting import finish_erasures, redact_page
from leadtrace_ingest.erasure.searching import search_page
from leadtrace_ingest.erasure.tools import Tools

_PAUSE_S = 0.5


class Eraser:
    """One eraser; several may run side by side, since each page is locked by whoever works on it."""

    def __init__(self, tools: Tools, clock: Clock, stop: StopSignal) -> None:
        self._tools = tools
        self._clock = clock
        self._stop = stop

    async def run(self) -> None:
        """Go on until the stop signal; a database that is away is waited for."""
        try:
            while not self._stop.is_set():
                if not await until_done(self.run_once, what="erase", stop=self._stop):
                    await self._stop.wait_for(_PAUSE_S)
        except StoppedError:
            return

    async def run_once(self) -> bool:
        """One step; whether there was anything to do."""
        carried_out = await carry_out_requested(self._tools)
        searched = await search_page(self._tools)
        taken_out = await redact_page(self._tools, self._clock.now())
        await finish_erasures(self._tools.pool, self._clock.now())
        return bool(carried_out or searched or taken_out)
