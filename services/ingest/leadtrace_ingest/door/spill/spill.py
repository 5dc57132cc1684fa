"""Where a request goes that PostgreSQL does not take in time: the replicated topic, else a file.

A future that is done means durable. Neither place needs PostgreSQL, and a file needs no broker.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

import msgspec

from leadtrace.runtime.clock import Clock
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection
from leadtrace_ingest.door.intake import IntakeEntry, NotDurableError
from leadtrace_ingest.door.spill import file_spill, topic_spill
from leadtrace_ingest.door.spill.file_filer import FileFiler
from leadtrace_ingest.door.spill.file_spill import FileSpill
from leadtrace_ingest.door.spill.metrics import (
    ASIDE_SEGMENTS,
    OLDEST_WAITING,
    SPILL_WAITING_BYTES,
    WAITING_REQUESTS,
)
from leadtrace_ingest.door.spill.topic_filer import TopicFiler
from leadtrace_ingest.door.spill.topic_spill import TopicSpill


class PlaceStatus(msgspec.Struct, frozen=True):
    """One place of the spill: whether it takes requests now (else why not), and what waits there."""

    place: str
    usable: bool
    reason: str | None
    requests: int
    bytes: int | None
    oldest_received_at: datetime | None
    oldest_age_s: float


class SpillStatus(msgspec.Struct, frozen=True):
    """The spill of one door."""

    places: list[PlaceStatus]
    set_aside: int


class Spill:
    """Both places, and what files them."""

    def __init__(
        self,
        file: FileSpill,
        topic: tuple[TopicSpill, TopicFiler] | None,
        connect: Callable[[], Awaitable[Connection]],
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._file = file
        self._filer = FileFiler(file, connect, metrics)
        self._topic: TopicSpill | None = None
        self._topic_filer: TopicFiler | None = None
        if topic is not None:
            self._topic, self._topic_filer = topic
        self._clock = clock
        metrics.gauge(SPILL_WAITING_BYTES).set_function(lambda: file.size)
        metrics.gauge(ASIDE_SEGMENTS).set_function(lambda: file.aside)
        metrics.gauge(OLDEST_WAITING).set_function(self._oldest_age_s)
        waiting = metrics.gauge(WAITING_REQUESTS)
        waiting.labels(place=file_spill.PLACE).set_function(lambda: file.requests)
        if self._topic_filer is not None:
            filer = self._topic_filer
            waiting.labels(place=topic_spill.PLACE).set_function(lambda: filer.requests)

    def unusable(self) -> str | None:
        """Why no request can be kept now; None if one can."""
        if self._topic is not None and self._topic.unusable() is None:
            return None
        return self._file.unusable()

    def submit(self, entry: IntakeEntry) -> asyncio.Future[None]:
        """Keep a request; the future is done once it is durable, or fails with `NotDurableError`.

        Raises:
            NotDurableError: no place takes it now.
        """
        if self._topic is None:
            return self._file.submit(entry)
        try:
            sent = self._topic.submit(entry)
        except NotDurableError:
            return self._file.submit(entry)
        kept = asyncio.get_running_loop().create_future()
        sent.add_done_callback(partial(self._after_topic, entry, kept))
        return kept

    def status(self) -> SpillStatus:
        """What waits where."""
        return SpillStatus([*self._topic_status(), self._file_status()], self._file.aside)

    async def run(self, stop: StopSignal) -> None:
        """Keep and file until the stop signal."""
        parts = [self._file.run, self._filer.run]
        if self._topic is not None and self._topic_filer is not None:
            parts += [self._topic.run, self._topic_filer.run]
        try:
            async with asyncio.TaskGroup() as tasks:
                for part in parts:
                    tasks.create_task(part(stop))
        finally:
            await self._file.close()

    def _after_topic(
        self, entry: IntakeEntry, kept: asyncio.Future[None], sent: asyncio.Future[None]
    ) -> None:
        confirmed = not sent.cancelled() and sent.exception() is None
        if kept.done():
            return
        if confirmed:
            kept.set_result(None)
            return
        try:
            self._file.submit(entry).add_done_callback(partial(_pass_on, kept))
        except NotDurableError as error:
            kept.set_exception(error)

    def _oldest_age_s(self) -> float:
        return max(status.oldest_age_s for status in self.status().places)

    def _file_status(self) -> PlaceStatus:
        return self._place(
            file_spill.PLACE, self._file.unusable(), self._file.requests, self._file.oldest, self._file.size
        )

    def _topic_status(self) -> list[PlaceStatus]:
        if self._topic is None or self._topic_filer is None:
            return []
        filer = self._topic_filer
        return [self._place(topic_spill.PLACE, self._topic.unusable(), filer.requests, filer.oldest, None)]

    def _place(
        self, place: str, reason: str | None, requests: int, oldest: datetime | None, size: int | None
    ) -> PlaceStatus:
        age = max(0.0, (self._clock.now() - oldest).total_seconds()) if oldest is not None else 0.0
        return PlaceStatus(place, reason is None, reason, requests, size, oldest, age)


def _pass_on(kept: asyncio.Future[None], done: asyncio.Future[None]) -> None:
    if kept.done():
        with suppress(asyncio.CancelledError):
            done.exception()
    elif done.cancelled():
        kept.cancel()
    elif (error := done.exception()) is not None:
        kept.set_exception(error)
    else:
        kept.set_result(None)
