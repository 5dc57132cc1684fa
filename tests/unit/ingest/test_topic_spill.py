"""The topic takes requests only where the cluster keeps them on three brokers and asks two."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from leadtrace.bus.memory import MemoryAdmin, MemoryBus, MemoryProducer
from leadtrace.bus.protocol import BusUnavailableError, TopicSpec
from leadtrace.events.topics import Topic
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.metrics import Metrics
from leadtrace.store.connection import Connection
from leadtrace.testing.eventually import eventually_answers
from leadtrace_ingest.door.intake import IntakeEntry, NotDurableError
from leadtrace_ingest.door.spill.segment import decode
from leadtrace_ingest.door.spill.spill import Spill
from leadtrace_ingest.door.spill.topic_filer import TopicFiler
from leadtrace_ingest.door.spill.topic_spill import LARGEST_BYTES, TopicSpill
from tests.unit.ingest.spilling import AT, at_work, entry, file_spill, on_disk

LOOK_EVERY_S = 0.05


async def cluster(replicas: int = 3, min_insync: int = 2) -> MemoryBus:
    bus = MemoryBus()
    spec = TopicSpec(Topic.INTAKE_SPILL, 2, replication=replicas, min_insync=min_insync)
    await (await bus.admin()).create_topics([spec])
    return bus


def on_topic(bus: MemoryBus) -> list[IntakeEntry]:
    log = bus.reach()
    places = log.places((Topic.INTAKE_SPILL,))
    return [decode(record.value or b"") for place in places for record in log.records(place)]


async def until(condition: Callable[[], bool], what: str) -> None:
    async def holds() -> bool:
        return condition()

    await eventually_answers(holds, what=what)


async def usable(spill: TopicSpill) -> None:
    await until(lambda: spill.unusable() is None, "the topic can be used")


async def test_what_is_kept_is_on_the_topic_as_it_came() -> None:
    bus = await cluster()
    spill = TopicSpill(bus, Metrics(), look_every_s=LOOK_EVERY_S)
    async with at_work(spill.run):
        await usable(spill)
        given = [entry(n) for n in range(50)]
        await asyncio.gather(*(spill.submit(one) for one in given))
        assert sorted(on_topic(bus), key=lambda one: one.intake_id) == given


@pytest.mark.parametrize(("replicas", "min_insync"), [(1, 1), (3, 1), (2, 2)])
async def test_a_cluster_that_promises_less_is_not_used(replicas: int, min_insync: int) -> None:
    spill = TopicSpill(await cluster(replicas, min_insync), Metrics(), look_every_s=LOOK_EVERY_S)
    async with at_work(spill.run):
        await until(lambda: "must be in sync" in (spill.unusable() or ""), "the cluster was asked")
        with pytest.raises(NotDurableError):
            spill.submit(entry())


async def test_without_the_topic_or_the_broker_it_is_not_used() -> None:
    bus = MemoryBus()
    spill = TopicSpill(bus, Metrics(), look_every_s=LOOK_EVERY_S)
    async with at_work(spill.run):
        await until(lambda: "do not exist" in (spill.unusable() or ""), "the topic is missed")
        await bus.make_unavailable()
        await until(lambda: "unavailable" in (spill.unusable() or ""), "the broker is missed")


class Stubborn(MemoryBus):
    """Its producers confirm nothing, and take their time to close: as after the death of a broker."""

    def __init__(self) -> None:
        super().__init__()
        self.may_close = asyncio.Event()
        self.asked = 0

    async def producer(self) -> MemoryProducer:
        """Such a producer."""
        bus = self

        class Producer(MemoryProducer):
            async def flush(self) -> None:
                raise BusUnavailableError("not confirmed")

            async def close(self) -> None:
                await bus.may_close.wait()

        return Producer(self)

    async def admin(self) -> MemoryAdmin:
        """An admin, counted."""
        self.asked += 1
        return await super().admin()


async def test_while_a_broken_producer_closes_nothing_is_queued_for_the_next_one() -> None:
    bus = Stubborn()
    await (await bus.admin()).create_topics([TopicSpec(Topic.INTAKE_SPILL, 1, replication=3, min_insync=2)])
    spill = TopicSpill(bus, Metrics(), look_every_s=LOOK_EVERY_S)
    async with at_work(spill.run):
        await usable(spill)
        with pytest.raises(NotDurableError):
            await spill.submit(entry())
        asked = bus.asked
        await until(lambda: bus.asked > asked, "the cluster is asked again")
        for _ in range(50):  # turns of the loop in which a new producer could be made
            await asyncio.sleep(0)
        usable_meanwhile = spill.unusable() is None
        bus.may_close.set()
        await usable(spill)
    assert not usable_meanwhile


class TestBothPlaces:
    async def test_the_file_takes_what_the_topic_cannot(self, tmp_path: Path) -> None:
        """Too large for a record; or the broker goes away with the request in its hands."""
        bus = await cluster()
        topic = TopicSpill(bus, Metrics(), look_every_s=60)
        spill = both(bus, topic, tmp_path)
        async with at_work(spill.run):
            await usable(topic)
            await until(lambda: spill.status().places[1].usable, "the file can be used")
            small, large, late = entry(), entry(body=b"x" * LARGEST_BYTES), entry()
            await asyncio.gather(spill.submit(small), spill.submit(large))
            assert (on_topic(bus), on_disk(tmp_path)) == ([small], [large])
            await bus.make_unavailable()
            await spill.submit(late)
            assert on_disk(tmp_path) == [large, late]
            assert [place.usable for place in spill.status().places] == [False, True]

    async def test_with_neither_it_refuses(self, tmp_path: Path) -> None:
        bus = await cluster()
        topic = TopicSpill(bus, Metrics(), look_every_s=60)
        spill = both(bus, topic, tmp_path, quota=0)
        async with at_work(spill.run):
            await usable(topic)
            assert spill.unusable() is None
            await bus.make_unavailable()
            with pytest.raises(NotDurableError, match="quota"):
                await spill.submit(entry())
            with pytest.raises(NotDurableError, match="quota"):
                spill.submit(entry())
            assert "quota" in (spill.unusable() or "")


def both(bus: MemoryBus, topic: TopicSpill, folder: Path, quota: int = 10_000_000) -> Spill:
    metrics = Metrics()
    filer = TopicFiler(bus, no_database(), metrics)
    return Spill(file_spill(folder, quota), (topic, filer), no_database(), FrozenClock(AT), metrics)


def no_database() -> Callable[[], Awaitable[Connection]]:
    async def connect() -> Connection:
        raise ConnectionRefusedError

    return connect
