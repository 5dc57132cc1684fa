"""The scene of a contract test: a bus, names that nobody else uses, and clients that get closed."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from aiokafka import AIOKafkaProducer

from leadtrace.bus.kafka import KafkaBus
from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.bus.memory import MemoryBus
from leadtrace.bus.protocol import Admin, Bus, Consumer, ConsumerSpec, Outgoing, Producer, Record, TopicSpec
from leadtrace.runtime.clock import SystemClock, SystemIds

PATIENCE_S = 30.0
"""The deadline of whatever a test waits for; the embedded broker takes seconds for a rebalance."""

_IDS = SystemIds(SystemClock())
_NUMBERS = itertools.count(1)

Put = Callable[[str, bytes | None, bytes | None], Awaitable[None]]
"""Writes as a foreign producer may: without key (to partition 0) or without value."""


class Outage(Protocol):
    """Ends the broker and starts it anew, with everything forgotten or remembered as is its way."""

    async def end(self) -> None:
        """Let the broker die."""

    async def begin_again(self) -> None:
        """Start the broker again at the same address."""


class _Closable(Protocol):
    async def close(self) -> None: ...


_Client = TypeVar("_Client", bound=_Closable)


@dataclass(frozen=True, slots=True)
class BusUnderTest:
    """One implementation and what the suite needs to know about it."""

    bus: Bus
    put: Put
    outage: Outage | None = None


class Scene:
    """What a test does with a bus, in few words."""

    def __init__(self, under_test: BusUnderTest) -> None:
        self.bus = under_test.bus
        self.put = under_test.put
        self._outage = under_test.outage
        self._open: list[_Closable] = []

    @property
    def outage(self) -> Outage:
        """How to kill this broker, for the scenes that may."""
        if self._outage is None:
            raise RuntimeError("this scene shares its broker with others")
        return self._outage

    def name(self) -> str:
        """A name for a topic or group that was never used on any broker."""
        return f"contract-{next(_NUMBERS)}-{_IDS.uuid7().hex}"

    async def topic(self, partitions: int = 1, *, name: str | None = None) -> str:
        """A new topic."""
        spec = TopicSpec(name or self.name(), partitions)
        await (await self.admin()).create_topics([spec])
        return spec.name

    async def admin(self) -> Admin:
        """An admin that is closed with the scene."""
        return self._closed_later(await self.bus.admin())

    async def producer(self) -> Producer:
        """A producer that is closed with the scene."""
        return self._closed_later(await self.bus.producer())

    async def consumer(self, *topics: str, group: str | None = None, max_records: int = 5_000) -> Consumer:
        """A consumer that has its partitions and is closed with the scene."""
        spec = ConsumerSpec(group or self.name(), topics, max_records=max_records)
        consumer = self._closed_later(await self.bus.consumer(spec))
        await self.assigned(consumer)
        return consumer

    async def write(self, topic: str, *values: bytes, key: bytes = b"key") -> None:
        """Records of one key, confirmed."""
        producer = await self.bus.producer()
        try:
            await producer.send([Outgoing(topic, key, value) for value in values])
            await producer.flush()
        finally:
            await producer.close()

    async def assigned(self, consumer: Consumer) -> None:
        """Wait until the group has handed its partitions out."""
        async with asyncio.timeout(PATIENCE_S):
            while not consumer.assigned():
                await consumer.poll()

    async def read(self, consumer: Consumer, count: int) -> list[Record]:
        """Poll until `count` records have come, or more with the last poll."""
        records: list[Record] = []
        async with asyncio.timeout(PATIENCE_S):
            while len(records) < count:
                records += await consumer.poll()
        return records

    async def read_all(self, consumers: Sequence[Consumer], count: int) -> list[list[Record]]:
        """Poll each in turn until `count` records have come in all; the records of each."""
        records: list[list[Record]] = [[] for _ in consumers]
        async with asyncio.timeout(PATIENCE_S):
            while sum(map(len, records)) < count:
                for consumer, its_records in zip(consumers, records, strict=True):
                    its_records.extend(await consumer.poll())
        return records

    async def close(self) -> None:
        """Close every client, the last one first."""
        while self._open:
            await self._open.pop().close()

    def _closed_later(self, client: _Client) -> _Client:
        self._open.append(client)
        return client


def memory_under_test() -> BusUnderTest:
    """The twin in memory; its outage forgets everything, like the embedded broker's."""
    bus = MemoryBus()
    return BusUnderTest(bus, bus.put, _MemoryOutage(bus))


def kafka_under_test(config: KafkaConfig, outage: Outage | None = None) -> BusUnderTest:
    """A bus over Kafka."""

    async def put(topic: str, key: bytes | None, value: bytes | None) -> None:
        async with _foreign_producer(config) as producer:
            await producer.send_and_wait(topic, value, key, partition=0)

    return BusUnderTest(KafkaBus(config), put, outage)


class _MemoryOutage:
    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus

    async def end(self) -> None:
        await self._bus.make_unavailable()

    async def begin_again(self) -> None:
        await self._bus.forget_everything()
        await self._bus.make_available()


@asynccontextmanager
async def _foreign_producer(config: KafkaConfig) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=config.bootstrap_servers, acks="all")
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()
