"""Publishing with patience: a broker that is away or new gets every record in the end."""

import asyncio
from collections.abc import Sequence

import pytest

from leadtrace.bus.memory import MemoryBus, MemoryProducer
from leadtrace.bus.protocol import Outgoing, RecordTooLargeError, TopicSpec
from leadtrace.runtime.failpoints import AFTER_PRODUCE
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.retry import StoppedError
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.published import records_on

_TOPIC = TopicSpec("lead-scores", 1)
_DEADLINE_S = 10


def _sent(*values: bytes) -> list[Outgoing]:
    return [Outgoing(_TOPIC.name, b"key", value) for value in values]


def _values(bus: MemoryBus) -> list[bytes | None]:
    return [record.value for record in records_on(bus, _TOPIC.name)]


async def _bus() -> MemoryBus:
    bus = MemoryBus()
    await (await bus.admin()).create_topics([_TOPIC])
    return bus


class _Eventful:
    """Does what the test says the first time that records were handed over and not yet confirmed."""

    def __init__(self, bus: MemoryBus, *, outage: bool) -> None:
        self._bus = bus
        self._outage = outage
        self._first = True
        self.happened = asyncio.Event()

    async def reach(self, name: str) -> None:
        assert name == AFTER_PRODUCE
        first, self._first = self._first, False
        if not first:
            return
        if self._outage:
            await self._bus.make_unavailable()
        else:
            await self._bus.forget_everything()
            await (await self._bus.admin()).create_topics([_TOPIC])
        self.happened.set()


async def test_records_are_there_when_it_returns() -> None:
    bus = await _bus()
    publisher = Publisher(bus, StopSignal())
    await publisher.publish(_sent(b"1", b"2"))
    await publisher.publish(_sent(b"3"))
    assert _values(bus) == [b"1", b"2", b"3"]
    await publisher.close()


async def test_nothing_to_publish_needs_no_broker() -> None:
    bus = await _bus()
    await bus.make_unavailable()
    await Publisher(bus, StopSignal()).publish([])


async def test_a_broker_that_goes_away_before_it_confirms_gets_all_again() -> None:
    bus = await _bus()
    failpoints = _Eventful(bus, outage=True)
    publishing = asyncio.create_task(Publisher(bus, StopSignal(), failpoints).publish(_sent(b"1", b"2")))
    async with asyncio.timeout(_DEADLINE_S):
        await failpoints.happened.wait()
        await bus.make_available()
        await publishing
    assert _values(bus) == [b"1", b"2", b"1", b"2"]


async def test_a_broker_that_forgets_before_it_confirms_gets_all_again() -> None:
    bus = await _bus()
    failpoints = _Eventful(bus, outage=False)
    async with asyncio.timeout(_DEADLINE_S):
        await Publisher(bus, StopSignal(), failpoints).publish(_sent(b"1", b"2"))
    assert _values(bus) == [b"1", b"2"]


async def test_topics_that_are_not_there_yet_are_waited_for() -> None:
    bus = MemoryBus()
    publishing = asyncio.create_task(Publisher(bus, StopSignal()).publish(_sent(b"1")))
    await (await bus.admin()).create_topics([_TOPIC])
    async with asyncio.timeout(_DEADLINE_S):
        await publishing
    assert _values(bus) == [b"1"]


async def test_a_stop_ends_the_waiting_for_a_broker() -> None:
    bus, stop = await _bus(), StopSignal()
    await bus.make_unavailable()
    stop.set("test")
    with pytest.raises(StoppedError):
        await Publisher(bus, stop).publish(_sent(b"1"))


async def test_a_record_that_no_broker_takes_is_not_tried_again() -> None:
    bus = await _bus()
    with pytest.raises(RecordTooLargeError):
        await Publisher(bus, StopSignal()).publish(_sent(b"x" * 2_000_000))
    assert _values(bus) == []


async def test_callers_take_turns_so_that_a_failed_flush_is_the_sender_s_own() -> None:
    class Watched(MemoryProducer):
        unconfirmed = 0
        most_unconfirmed = 0

        async def send(self, records: Sequence[Outgoing]) -> None:
            Watched.unconfirmed += 1
            Watched.most_unconfirmed = max(Watched.unconfirmed, Watched.most_unconfirmed)
            await super().send(records)

        async def flush(self) -> None:
            await super().flush()
            Watched.unconfirmed -= 1

    class WatchedBus(MemoryBus):
        async def producer(self) -> MemoryProducer:
            return Watched(self)

    bus = WatchedBus()
    await (await bus.admin()).create_topics([_TOPIC])
    publisher = Publisher(bus, StopSignal())
    await asyncio.gather(*(publisher.publish(_sent(b"%d" % number)) for number in range(5)))
    assert Watched.most_unconfirmed == 1
    assert sorted(value or b"" for value in _values(bus)) == [b"0", b"1", b"2", b"3", b"4"]
