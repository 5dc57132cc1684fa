"""The contract of every bus, third part: a broker that is away, and one that comes back as another."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from leadtrace.bus.protocol import (
    BusResetError,
    BusUnavailableError,
    Consumer,
    ConsumerSpec,
    Outgoing,
    Producer,
    Record,
)
from leadtrace.testing.bus_scene import PATIENCE_S, Scene

BOUNDED_S = 12.0
"""What no call may outlast, whatever the broker does."""


class AbsenceContract:
    """A broker that is away is told in bounded time, by every call."""

    async def test_no_client_is_made_while_the_broker_is_away(self, mortal_scene: Scene) -> None:
        spec = ConsumerSpec(mortal_scene.name(), (await mortal_scene.topic(),))
        await mortal_scene.outage.end()

        for connect in (mortal_scene.bus.admin, mortal_scene.bus.producer, _with(mortal_scene, spec)):
            async with asyncio.timeout(BOUNDED_S):
                with pytest.raises(BusUnavailableError):
                    await connect()

    async def test_live_clients_tell_that_the_broker_went_away(self, mortal_scene: Scene) -> None:
        topic = await mortal_scene.topic()
        await mortal_scene.write(topic, b"a")
        producer, consumer = await mortal_scene.producer(), await mortal_scene.consumer(topic)
        admin = await mortal_scene.admin()
        await mortal_scene.read(consumer, 1)
        await mortal_scene.outage.end()

        for call in (lambda: _publish(producer, topic), consumer.poll, consumer.commit, admin.cluster_id):
            async with asyncio.timeout(BOUNDED_S):
                with pytest.raises(BusUnavailableError):
                    await call()

    async def test_clients_close_in_bounded_time_while_the_broker_is_away(self, mortal_scene: Scene) -> None:
        topic = await mortal_scene.topic()
        producer, consumer = await mortal_scene.producer(), await mortal_scene.consumer(topic)
        await mortal_scene.outage.end()

        async with asyncio.timeout(BOUNDED_S):
            with pytest.raises(BusUnavailableError):
                await _publish(producer, topic)
            await consumer.close()
            await producer.close()


class AmnesiaContract:
    """A broker that comes back with nothing in mind, as the embedded one does, is taken for a new one."""

    async def test_a_live_consumer_learns_that_its_broker_is_gone_for_good(self, mortal_scene: Scene) -> None:
        topic = await mortal_scene.topic(partitions=2)
        await mortal_scene.write(topic, b"a", b"b")
        consumer = await mortal_scene.consumer(topic)
        await mortal_scene.read(consumer, 2)
        await consumer.commit()
        await mortal_scene.outage.end()
        await mortal_scene.outage.begin_again()

        with pytest.raises(BusResetError):
            await _poll_past_absence(consumer)

    async def test_nothing_of_the_new_broker_is_skipped(self, mortal_scene: Scene) -> None:
        topic, group = await mortal_scene.topic(), mortal_scene.name()
        await mortal_scene.write(topic, b"a", b"b")
        consumer = await mortal_scene.consumer(topic, group=group)
        await mortal_scene.read(consumer, 2)
        await mortal_scene.outage.end()
        await mortal_scene.outage.begin_again()
        # The new log is longer than what the old consumer has read of the old one.
        await mortal_scene.topic(name=topic)
        await mortal_scene.write(topic, b"1", b"2", b"3", b"4")

        with pytest.raises((BusResetError, BusUnavailableError)):
            await consumer.commit()
        with pytest.raises(BusResetError):
            await _poll_past_absence(consumer)
        await consumer.close()

        records = await mortal_scene.read(await mortal_scene.consumer(topic, group=group), 4)
        assert [record.value for record in records] == [b"1", b"2", b"3", b"4"]

    async def test_a_producer_reaches_the_new_broker_or_says_that_it_cannot(
        self, mortal_scene: Scene
    ) -> None:
        topic = await mortal_scene.topic()
        producer = await mortal_scene.producer()
        await _publish(producer, topic)
        await mortal_scene.outage.end()
        await mortal_scene.outage.begin_again()
        await mortal_scene.topic(name=topic)

        async with asyncio.timeout(PATIENCE_S):
            while not await _published(producer, topic):
                producer = await mortal_scene.producer()

        records = await mortal_scene.read(await mortal_scene.consumer(topic), 1)
        assert {record.value for record in records} == {b"value"}

    async def test_a_new_broker_has_a_new_cluster_id(self, mortal_scene: Scene) -> None:
        before = await (await mortal_scene.admin()).cluster_id()
        await mortal_scene.outage.end()
        await mortal_scene.outage.begin_again()

        assert await (await mortal_scene.admin()).cluster_id() != before


class MemoryOfTheBrokerContract:
    """A broker that comes back with its data, as Apache Kafka does, is the same one."""

    async def test_a_live_consumer_goes_on_where_it_was(self, mortal_scene: Scene) -> None:
        topic, group = await mortal_scene.topic(), mortal_scene.name()
        await mortal_scene.write(topic, b"a", b"b")
        consumer = await mortal_scene.consumer(topic, group=group)
        await mortal_scene.read(consumer, 2)
        await consumer.commit()
        await mortal_scene.outage.end()
        await mortal_scene.outage.begin_again()
        await mortal_scene.write(topic, b"c")

        records = await _poll_past_absence(consumer)

        assert [record.value for record in records] == [b"c"]


def _with(scene: Scene, spec: ConsumerSpec) -> Callable[[], Awaitable[object]]:
    return lambda: scene.bus.consumer(spec)


async def _publish(producer: Producer, topic: str) -> None:
    await producer.send([Outgoing(topic, b"key", b"value")])
    await producer.flush()


async def _published(producer: Producer, topic: str) -> bool:
    try:
        await _publish(producer, topic)
    except BusUnavailableError:
        return False
    return True


async def _poll_past_absence(consumer: Consumer) -> list[Record]:
    """Poll until records come or something else than absence is told."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                records = await consumer.poll()
            except BusUnavailableError:
                continue
            if records:
                return records
