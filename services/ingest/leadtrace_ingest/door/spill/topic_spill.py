"""Spilling to the topic `intake-spill`, where the cluster keeps it on three brokers and asks two of them.

The cluster is asked how it replicates; a setting that says so is not enough. Group commit as everywhere: one
flush in flight, the next takes all that came meanwhile.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from leadtrace.bus.protocol import Bus, BusUnavailableError, Outgoing, Producer, Replication
from leadtrace.events.topics import Topic
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.shutdown import StopSignal
from leadtrace_ingest.door.intake import IntakeEntry, NotDurableError
from leadtrace_ingest.door.spill.metrics import FAILED_REQUESTS, SPILLED_REQUESTS
from leadtrace_ingest.door.spill.segment import encode

PLACE = "topic"
# Brokers take a batch of 1 MiB by default; a larger request goes to the file.
LARGEST_BYTES = 900_000
_REPLICAS = 3
_MIN_INSYNC = 2
_LOOK_EVERY_S = 15.0
_LOOK_AGAIN_S = 2.0
# Together with the file that comes after it well below the time at which a sender gives up.
_FLUSH_WITHIN_S = 1.0
_LARGEST_GROUP_BYTES = 8_388_608

_log = get_logger("leadtrace.ingest.spill")


@dataclass(slots=True)
class _Waiting:
    record: Outgoing
    done: asyncio.Future[None]


class TopicSpill:
    """Takes requests while the cluster keeps its promise."""

    def __init__(self, bus: Bus, metrics: Metrics, *, look_every_s: float = _LOOK_EVERY_S) -> None:
        self._bus = bus
        self._look_every_s = look_every_s
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._producer: Producer | None = None
        self._turn = asyncio.Lock()  # a producer that is closed during a flush might take it for confirmed
        self._promise: Replication | None = None
        self._missing = "the broker was not asked yet"
        self._spilled = metrics.counter(SPILLED_REQUESTS).labels(place=PLACE)
        self._failed = metrics.counter(FAILED_REQUESTS).labels(place=PLACE)

    def unusable(self) -> str | None:
        """Why nothing can be spilled here now; None if it can."""
        return None if self._producer is not None else self._missing

    def submit(self, entry: IntakeEntry) -> asyncio.Future[None]:
        """Queue a request; the future is done once enough brokers have it, or fails with `NotDurableError`.

        Raises:
            NotDurableError: nothing, or nothing of this size, can be spilled here now.
        """
        value = encode(entry)
        if self._producer is None or len(value) > LARGEST_BYTES:
            raise NotDurableError(self._missing)
        done = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(Outgoing(Topic.INTAKE_SPILL, entry.intake_id.bytes, value), done))
        self._wake.set()
        return done

    async def run(self, stop: StopSignal) -> None:
        """Keep what is submitted until the stop is asked for and nothing is queued any more."""
        watcher = asyncio.create_task(self._watch(stop))
        waker = asyncio.create_task(self._wake_at(stop))
        try:
            while not (stop.is_set() and not self._queue):
                if not self._queue:
                    self._wake.clear()
                    await self._wake.wait()
                    continue
                async with self._turn:
                    await self._keep(self._take_group())
        finally:
            for task in (watcher, waker):
                task.cancel()
            await asyncio.gather(watcher, waker, return_exceptions=True)
            await self._drop("the door is stopping")

    async def _watch(self, stop: StopSignal) -> None:
        """Ask the cluster again and again whether it keeps what it confirms."""
        while not stop.is_set():
            await self._look()
            settled = self._producer is not None or (self._promise is not None and not _keeps(self._promise))
            await stop.wait_for(self._look_every_s if settled else min(_LOOK_AGAIN_S, self._look_every_s))

    async def _look(self) -> None:
        try:
            promise = await self._ask()
        except BusUnavailableError as error:
            self._missing = f"the broker does not say how it replicates: {error}"
            return  # A producer that works goes on; one that does not is dropped at its next record.
        if promise != self._promise:
            _log.info("spill.topic", replicas=promise.replicas, min_insync=promise.min_insync)
        self._promise = promise
        if not _keeps(promise):
            await self._drop(
                f"{promise.replicas} replicas of which {promise.min_insync} must be in sync;"
                f" it takes {_REPLICAS} and {_MIN_INSYNC}"
            )
        elif self._producer is None:
            await self._connect()

    async def _ask(self) -> Replication:
        admin = await self._bus.admin()
        try:
            return await admin.replication(Topic.INTAKE_SPILL)
        finally:
            await admin.close()

    async def _connect(self) -> None:
        # Not before its predecessor is closed: until then nobody would send what is queued for it.
        async with self._turn:
            try:
                self._producer = await self._bus.producer()
            except BusUnavailableError as error:
                self._missing = f"the broker is away: {error}"

    def _take_group(self) -> list[_Waiting]:
        group, size = [], 0
        while self._queue and size < _LARGEST_GROUP_BYTES:
            group.append(self._queue.popleft())
            size += len(group[-1].record.value)
        return group

    async def _keep(self, group: Sequence[_Waiting]) -> None:
        producer = self._producer
        if producer is None:
            self._tell(group, self._missing)
            return
        try:
            async with asyncio.timeout(_FLUSH_WITHIN_S):
                await producer.send([waiting.record for waiting in group])
                await producer.flush()
        except (BusUnavailableError, TimeoutError) as error:
            # They may be on the topic all the same: a request that is kept twice is filed once.
            _log.warning("spill.topic_failed", kind=type(error).__name__, requests=len(group))
            await self._fail_over(group, f"the broker did not confirm: {type(error).__name__}")
            return
        self._spilled.inc(len(group))
        self._tell(group, None)

    async def _fail_over(self, group: Sequence[_Waiting], why: str) -> None:
        """Hand everything on, what came meanwhile too: closing takes time, and the file needs the rest."""
        untold = [*group, *self._queue]
        self._queue.clear()
        self._failed.inc(len(untold))
        producer, self._producer = self._producer, None
        self._missing = why
        self._tell(untold, why)
        if producer is not None:
            await producer.close()

    async def _drop(self, why: str) -> None:
        async with self._turn:
            await self._fail_over((), why)

    async def _wake_at(self, stop: StopSignal) -> None:
        await stop.wait()
        self._wake.set()

    def _tell(self, group: Sequence[_Waiting], refusal: str | None) -> None:
        for waiting in group:
            if waiting.done.done():
                continue
            if refusal is None:
                waiting.done.set_result(None)
            else:
                waiting.done.set_exception(NotDurableError(refusal))


def _keeps(promise: Replication) -> bool:
    return promise.replicas >= _REPLICAS and promise.min_insync >= _MIN_INSYNC
