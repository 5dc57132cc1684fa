"""Files the segments of the spill folder once PostgreSQL is back, its own and those of dead doors."""

import asyncio
from collections.abc import Awaitable, Callable

from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection
from leadtrace_ingest.door.intake import TRIED_AGAIN, IntakeEntry
from leadtrace_ingest.door.spill.file_spill import PLACE, FileSpill
from leadtrace_ingest.door.spill.filing import file_entries
from leadtrace_ingest.door.spill.frames import Contents, Ending
from leadtrace_ingest.door.spill.metrics import FILED_REQUESTS
from leadtrace_ingest.door.spill.segment import Segment, UnreadableEntryError, contents, decode

_LOOK_EVERY_S = 1.0

_log = get_logger("leadtrace.ingest.spill")


class FileFiler:
    """Looks every second whether something waits and can be filed."""

    def __init__(
        self, spill: FileSpill, connect: Callable[[], Awaitable[Connection]], metrics: Metrics
    ) -> None:
        self._spill = spill
        self._connect = connect
        self._filed = metrics.counter(FILED_REQUESTS).labels(place=PLACE)

    async def run(self, stop: StopSignal) -> None:
        """Go on until the stop signal; a segment that was begun is finished first."""
        while True:
            if await self._spill.open():
                await self._look(stop)
            if await stop.wait_for(_LOOK_EVERY_S):
                return

    async def _look(self, stop: StopSignal) -> None:
        try:
            await self._spill.look_around()
        except OSError as error:
            _log.warning("spill.not_looked_around", kind=type(error).__name__)
        if not self._spill.requests and not self._spill.sealed:
            return
        try:
            connection = await self._connect()
        except TRIED_AGAIN:
            return  # Said by the committer already; what waits and since when stands in the metrics.
        try:
            await self._file_all(connection, stop)
        except TRIED_AGAIN as error:
            _log.warning("spill.not_filed", kind=type(error).__name__, waiting=self._spill.requests)
        finally:
            connection.terminate()

    async def _file_all(self, connection: Connection, stop: StopSignal) -> None:
        # Only what was sealed before is tried first: a database that refuses must not make a file a second.
        if not self._spill.sealed:
            await self._spill.seal()
        filed = 0
        for segment in list(self._spill.sealed):
            filed += await self._file(connection, segment)
            if stop.is_set():
                break
        _log.info("spill.filed", requests=filed, waiting=self._spill.requests)

    async def _file(self, connection: Connection, segment: Segment) -> int:
        try:
            found = await asyncio.to_thread(contents, segment.path)
        except OSError as error:
            _log.error("spill.unreadable", segment=segment.path.name, kind=type(error).__name__)
            return 0
        entries, unknown = _decoded(found)
        refused = await file_entries(connection, entries)
        filed = len(entries) - len(refused)
        self._filed.inc(filed)
        if refused or unknown or found.ending is Ending.DAMAGED:
            _log.error(
                "spill.set_aside",
                segment=segment.path.name,
                filed=filed,
                refused=len(refused) + unknown,
                ending=found.ending.value,
            )
            await asyncio.to_thread(segment.set_aside)
            self._spill.aside += 1
        else:
            if found.ending is Ending.TORN:
                _log.info("spill.torn", segment=segment.path.name, filed=filed)
            await asyncio.to_thread(segment.remove)
        self._spill.forget(segment)
        return filed


def _decoded(found: Contents) -> tuple[list[IntakeEntry], int]:
    """The requests of a segment, and how many records are none that this code knows."""
    entries, unknown = [], 0
    for payload in found.payloads:
        try:
            entries.append(decode(payload))
        except UnreadableEntryError:
            unknown += 1
    return entries, unknown
