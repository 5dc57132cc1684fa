"""The bus in memory: a real one, for tests and for worlds of generated events.

It keeps every promise of the protocol and no other: a rebalance takes uncommitted records away at once,
and `forget_everything` and `make_unavailable` do what a broker that dies does.
"""

from collections.abc import Collection, Sequence

from leadtrace.bus.memory_consumer import MemoryConsumer
from leadtrace.bus.memory_log import MemoryLog
from leadtrace.bus.partitioner import partition_of
from leadtrace.bus.protocol import (
    BusUnavailableError,
    ConsumerSpec,
    Outgoing,
    RecordTooLargeError,
    Replication,
    TopicSpec,
    TopicState,
)

_MAX_RECORD_BYTES = 1_000_000


class MemoryBus:
    """Implements `leadtrace.bus.protocol.Bus` within one event loop."""

    def __init__(self) -> None:
        self._lives = 1
        self._log = MemoryLog("memory-1")
        self._available = True

    async def producer(self) -> "MemoryProducer":
        """A producer."""
        self.reach()
        return MemoryProducer(self)

    async def consumer(self, spec: ConsumerSpec) -> MemoryConsumer:
        """A consumer that has joined its group."""
        log = self.reach(spec.topics)
        consumer = MemoryConsumer(self.reach, spec)
        await log.wake()
        return consumer

    async def admin(self) -> "MemoryAdmin":
        """An admin."""
        self.reach()
        return MemoryAdmin(self)

    def reach(self, topics: Collection[str] = ()) -> MemoryLog:
        """The broker as it is now.

        Raises:
            BusUnavailableError: it was made unavailable, or one of `topics` does not exist.
        """
        if not self._available:
            raise BusUnavailableError("the bus was made unavailable")
        missing = sorted(set(topics) - self._log.topics.keys())
        if missing:
            raise BusUnavailableError(f"topics do not exist yet: {', '.join(missing)}")
        return self._log

    async def make_unavailable(self) -> None:
        """Refuse every call from now on, as a broker that cannot be reached does."""
        self._available = False
        await self._log.wake()

    async def make_available(self) -> None:
        """Answer again, with everything remembered."""
        self._available = True
        await self._log.wake()

    async def forget_everything(self) -> None:
        """Be a new broker with another cluster id, without topics, records, groups and offsets."""
        forgotten = self._log
        self._lives += 1
        self._log = MemoryLog(f"memory-{self._lives}")
        await forgotten.wake()

    async def put(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        """Write as a foreign producer may: without key or value; a record without key goes to partition 0."""
        log = self.reach()
        number = 0 if key is None else partition_of(key, len(log.topics[topic]))
        log.append((topic, number), key, value)
        await log.wake()


class MemoryProducer:
    """Implements `leadtrace.bus.protocol.Producer`."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus
        self._sent_to: MemoryLog | None = None
        self._all_sent = True

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Append the records; see the protocol."""
        _refuse_too_large(records)
        try:
            log = self._bus.reach({record.topic for record in records})
        except BusUnavailableError:
            self._all_sent = False
            raise
        if self._sent_to is not None and self._sent_to is not log:
            self._all_sent = False
        for record in records:
            number = partition_of(record.key, len(log.topics[record.topic]))
            log.append((record.topic, number), record.key, record.value, record.headers)
        self._sent_to = log
        await log.wake()

    async def flush(self) -> None:
        """Confirm, unless the broker has gone or forgotten since; see the protocol."""
        sent_to, self._sent_to = self._sent_to, None
        all_sent, self._all_sent = self._all_sent, True
        log = self._bus.reach()
        if not all_sent or (sent_to is not None and sent_to is not log):
            raise BusUnavailableError("not everything sent since the last flush was confirmed")

    async def close(self) -> None:
        """Nothing to let go of."""


class MemoryAdmin:
    """Implements `leadtrace.bus.protocol.Admin`."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus

    async def cluster_id(self) -> str:
        """The id of the broker's present life."""
        return self._bus.reach().cluster_id

    async def create_topics(self, topics: Sequence[TopicSpec]) -> list[str]:
        """Create what is missing."""
        log = self._bus.reach()
        return [topic.name for topic in topics if log.create(topic)]

    async def list_topics(self) -> dict[str, int]:
        """Every topic and its number of partitions."""
        return {topic: len(partitions) for topic, partitions in self._bus.reach().topics.items()}

    async def describe(self, topics: Sequence[str]) -> list[TopicState]:
        """What the topics were made with: all are kept by time, none is compacted."""
        specs = self._bus.reach().specs
        return [_state(specs[topic]) for topic in topics if topic in specs]

    async def replication(self, topic: str) -> Replication:
        """What the topic was made with: a twin of a cluster that gave what it was asked for."""
        spec = self._bus.reach({topic}).specs[topic]
        return Replication(spec.replication, spec.min_insync)

    async def close(self) -> None:
        """Nothing to let go of."""


def _state(spec: TopicSpec) -> TopicState:
    return TopicState(
        name=spec.name,
        partitions=spec.partitions,
        replicas=spec.replication,
        in_sync=spec.replication,
        min_insync=spec.min_insync,
        cleanup_policy="delete",
        retention_ms=spec.retention_ms,
        retention_bytes=None,
        max_record_bytes=_MAX_RECORD_BYTES,
    )


def _refuse_too_large(records: Sequence[Outgoing]) -> None:
    for record in records:
        if len(record.key) + len(record.value) > _MAX_RECORD_BYTES:
            raise RecordTooLargeError(f"{len(record.value):,} bytes for {record.topic}")
