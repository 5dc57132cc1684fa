"""Files what doors spilled to the topic: read, insert, and only then commit the offsets.

What cannot be filed goes to the topic's dead-letter topic with its reason, and the partition moves on.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from leadtrace.bus.protocol import (
    Bus,
    BusResetError,
    BusUnavailableError,
    Consumer,
    ConsumerSpec,
    Outgoing,
    Record,
)
from leadtrace.events.topics import Topic, dead_letter_topic
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.retry import StoppedError
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection
from leadtrace_ingest.door.intake import TRIED_AGAIN, IntakeEntry
from leadtrace_ingest.door.spill.filing import CHUNK_ENTRIES, file_entries
from leadtrace_ingest.door.spill.metrics import FILED_REQUESTS, UNREADABLE_RECORDS
from leadtrace_ingest.door.spill.segment import UnreadableEntryError, decode
from leadtrace_ingest.door.spill.topic_spill import PLACE

_GROUP = "ingest-spill"
_POLL_WAIT_MS = 500
_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
_log = get_logger("leadtrace.ingest.spill")


class TopicFiler:
    """One reader of the spill topic; doors side by side share its partitions."""

    def __init__(self, bus: Bus, connect: Callable[[], Awaitable[Connection]], metrics: Metrics) -> None:
        self._bus = bus
        self._connect = connect
        self._connection: Connection | None = None
        self._consumer: Consumer | None = None
        self._filed = metrics.counter(FILED_REQUESTS).labels(place=PLACE)
        self._unreadable = metrics.counter(UNREADABLE_RECORDS)
        self.requests = 0
        """Requests that wait in the partitions of this reader."""
        self.oldest: datetime | None = None
        """When a door received the oldest of them."""

    async def run(self, stop: StopSignal) -> None:
        """File until the stop signal; a broker or a database that is away is waited for."""
        publisher = Publisher(self._bus, stop)
        pause = _PAUSE_S
        try:
            while not stop.is_set():
                try:
                    await self._step(publisher)
                    pause = _PAUSE_S
                except (BusUnavailableError, BusResetError):
                    await self._drop_consumer()
                    pause = min(2 * pause, _LONGEST_PAUSE_S)
                    await stop.wait_for(pause)
                except TRIED_AGAIN:
                    await self._put_back()
                    await stop.wait_for(_PAUSE_S)
        except StoppedError:
            return
        finally:
            await self._drop_consumer()
            self._drop_connection()
            await publisher.close()

    async def _step(self, publisher: Publisher) -> None:
        if self._consumer is None:
            spec = ConsumerSpec(
                _GROUP, (Topic.INTAKE_SPILL,), max_records=CHUNK_ENTRIES, max_wait_ms=_POLL_WAIT_MS
            )
            self._consumer = await self._bus.consumer(spec)
        records = await self._consumer.poll()
        if not records:
            await self._count()
            return
        entries, unreadable = _decoded(records)
        self.oldest = min((entry.received_at for _, entry in entries), default=None)
        if self._connection is None:
            self._connection = await self._connect()
        refused = await file_entries(self._connection, [entry for _, entry in entries])
        unreadable += [record for record, entry in entries if entry in refused]
        await self._bury(publisher, unreadable)
        await self._consumer.commit()
        self._filed.inc(len(entries) - len(refused))
        _log.info("spill.filed", requests=len(entries) - len(refused))
        self.oldest = None
        await self._count()

    async def _bury(self, publisher: Publisher, records: Sequence[Record]) -> None:
        if not records:
            return
        for record in records:
            _log.error("spill.unreadable", partition=record.partition, offset=record.offset)
        topic = dead_letter_topic(Topic.INTAKE_SPILL)
        copies = [
            Outgoing(topic, record.key or b"", record.value or b"", _provenance(record)) for record in records
        ]
        await publisher.publish(copies)
        self._unreadable.inc(len(records))

    async def _put_back(self) -> None:
        """The database is away: the same records are read again later, and the broker sees that we live."""
        self._drop_connection()
        if self._consumer is not None:
            await self._consumer.rewind()
            await self._count()

    async def _count(self) -> None:
        if self._consumer is not None:
            self.requests = sum(lag.records for lag in await self._consumer.lag())

    async def _drop_consumer(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.close()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def _decoded(records: Sequence[Record]) -> tuple[list[tuple[Record, IntakeEntry]], list[Record]]:
    entries: list[tuple[Record, IntakeEntry]] = []
    unreadable: list[Record] = []
    for record in records:
        try:
            entries.append((record, decode(record.value or b"")))
        except UnreadableEntryError:
            unreadable.append(record)
    return entries, unreadable


def _provenance(record: Record) -> tuple[tuple[str, bytes], ...]:
    return (
        ("reason", b"no request that can be filed"),
        ("original_partition", str(record.partition).encode()),
        ("original_offset", str(record.offset).encode()),
    )
