"""The contract of every bus, first part: records, topics and lag. What is expected is written by hand."""

import pytest

from leadtrace.bus.protocol import BusUnavailableError, Outgoing, RecordTooLargeError, TopicSpec
from leadtrace.testing.bus_scene import Scene

# Kafka's own test vectors of murmur2, `& 0x7fffffff`, modulo 8.
PARTITIONS_OF_8 = {
    b"21": 4,
    b"foobar": 6,
    b"a-little-bit-long-string": 0,
    b"a-little-bit-longer-string": 3,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": 5,
    b"abc": 3,
}


class RecordsContract:
    """What is sent is read: all of it, unchanged, and in order by key."""

    async def test_records_of_one_key_keep_their_order(self, scene: Scene) -> None:
        topic = await scene.topic(partitions=4)
        producer = await scene.producer()
        for start in (0, 50):
            numbers = range(start, start + 50)
            await producer.send([Outgoing(topic, b"lead-%d" % (n % 3), b"%d" % n) for n in numbers])
        await producer.flush()

        records = await scene.read(await scene.consumer(topic), 100)

        by_key: dict[bytes | None, list[int]] = {}
        for record in records:
            by_key.setdefault(record.key, []).append(int(record.value or b""))
        assert by_key == {
            b"lead-0": list(range(0, 100, 3)),
            b"lead-1": list(range(1, 100, 3)),
            b"lead-2": list(range(2, 100, 3)),
        }

    async def test_the_key_chooses_the_partition_as_with_kafkas_own_clients(self, scene: Scene) -> None:
        topic = await scene.topic(partitions=8)
        producer = await scene.producer()
        await producer.send([Outgoing(topic, key, b"value") for key in PARTITIONS_OF_8])
        await producer.flush()

        records = await scene.read(await scene.consumer(topic), 6)

        assert {record.key: record.partition for record in records} == PARTITIONS_OF_8

    async def test_offsets_of_a_partition_grow_from_zero(self, scene: Scene) -> None:
        topic = await scene.topic()
        await scene.write(topic, b"a", b"b", b"c")

        records = await scene.read(await scene.consumer(topic), 3)

        assert [(r.topic, r.partition, r.offset, r.value) for r in records] == [
            (topic, 0, 0, b"a"),
            (topic, 0, 1, b"b"),
            (topic, 0, 2, b"c"),
        ]

    async def test_headers_travel_in_order_and_may_repeat(self, scene: Scene) -> None:
        topic = await scene.topic()
        headers = (("content-type", b"application/json"), ("reason", b""), ("reason", b"\xff\x00"))
        producer = await scene.producer()
        await producer.send([Outgoing(topic, b"k", b"v", headers)])
        await producer.flush()

        (record,) = await scene.read(await scene.consumer(topic), 1)

        assert record.headers == headers

    async def test_a_foreign_record_without_key_or_value_is_read_as_it_is(self, scene: Scene) -> None:
        topic = await scene.topic()
        await scene.put(topic, None, b"no key")
        await scene.put(topic, b"no value", None)

        records = await scene.read(await scene.consumer(topic), 2)

        assert [(r.key, r.value, r.headers) for r in records] == [
            (None, b"no key", ()),
            (b"no value", None, ()),
        ]

    async def test_a_record_of_nearly_a_megabyte_passes(self, scene: Scene) -> None:
        topic = await scene.topic()
        # Bytes that no compression makes smaller would be better still, but must be the same in each run.
        value = bytes((n * n * 2_654_435_761 >> 13) & 0xFF for n in range(999_900))
        await scene.write(topic, b"before", value, b"after")

        records = await scene.read(await scene.consumer(topic), 3)

        assert [record.value for record in records] == [b"before", value, b"after"]

    async def test_a_record_too_large_for_any_broker_is_refused_with_its_batch(self, scene: Scene) -> None:
        topic = await scene.topic()
        producer = await scene.producer()
        with pytest.raises(RecordTooLargeError):
            await producer.send([Outgoing(topic, b"k", b"small"), Outgoing(topic, b"k", bytes(1_000_001))])
        await producer.send([Outgoing(topic, b"k", b"next")])
        await producer.flush()

        records = await scene.read(await scene.consumer(topic), 1)

        assert [record.value for record in records] == [b"next"]

    async def test_ten_thousand_records_arrive_once_each_in_polls_of_bounded_size(self, scene: Scene) -> None:
        topic = await scene.topic(partitions=8)
        producer = await scene.producer()
        await producer.send(
            [Outgoing(topic, b"lead-%d" % (n % 700), b"%06d" % n * 20) for n in range(10_000)]
        )
        await producer.flush()
        consumer = await scene.consumer(topic, max_records=1_500)

        seen: list[int] = []
        while len(seen) < 10_000:
            records = await consumer.poll()
            assert len(records) <= 1_500
            seen += [int((record.value or b"")[:6]) for record in records]

        assert sorted(seen) == list(range(10_000))

    async def test_several_topics_in_one_send_and_one_consumer(self, scene: Scene) -> None:
        leads, deals = await scene.topic(partitions=2), await scene.topic(partitions=3)
        producer = await scene.producer()
        await producer.send([Outgoing(leads, b"1", b"lead"), Outgoing(deals, b"2", b"deal")])
        await producer.flush()

        records = await scene.read(await scene.consumer(leads, deals), 2)

        assert {(record.topic, record.value) for record in records} == {(leads, b"lead"), (deals, b"deal")}

    async def test_nothing_sent_is_flushed_and_nothing_there_is_polled(self, scene: Scene) -> None:
        consumer = await scene.consumer(await scene.topic())
        producer = await scene.producer()

        await producer.send([])
        await producer.flush()

        assert await consumer.poll() == []


class TopicsContract:
    """Topics exist because somebody created them, and the broker knows who it is."""

    async def test_creating_topics_twice_leaves_them_alone(self, scene: Scene) -> None:
        admin = await scene.admin()
        leads, deals = scene.name(), scene.name()

        first = await admin.create_topics([TopicSpec(leads, 3, retention_ms=604_800_000)])
        second = await admin.create_topics([TopicSpec(leads, 5), TopicSpec(deals, 2)])
        third = await admin.create_topics([TopicSpec(leads, 5), TopicSpec(deals, 2)])

        assert (first, second, third) == ([leads], [deals], [])
        topics = await admin.list_topics()
        assert (topics[leads], topics[deals]) == (3, 2)

    async def test_neither_reading_nor_writing_creates_a_topic(self, scene: Scene) -> None:
        missing = scene.name()
        with pytest.raises(BusUnavailableError):
            await scene.consumer(missing)
        with pytest.raises(BusUnavailableError):
            await (await scene.producer()).send([Outgoing(missing, b"k", b"v")])

        assert missing not in await (await scene.admin()).list_topics()

    async def test_every_client_sees_the_same_cluster_id(self, scene: Scene) -> None:
        first, second = await scene.admin(), await scene.admin()

        cluster_id = await first.cluster_id()

        assert cluster_id
        assert cluster_id == await first.cluster_id() == await second.cluster_id()


class ReplicationContract:
    """How safe a confirmed record is; the embedded broker, which has no replicas, does not tell."""

    async def test_replication_is_told_as_it_is(self, scene: Scene) -> None:
        admin = await scene.admin()

        promise = await admin.replication(await scene.topic(partitions=3))

        assert (promise.replicas, promise.min_insync) == (1, 1)

    async def test_a_topic_that_is_not_there_has_no_replication(self, scene: Scene) -> None:
        with pytest.raises(BusUnavailableError):
            await (await scene.admin()).replication(scene.name())

    async def test_topics_are_described_as_they_were_made(self, scene: Scene) -> None:
        admin, name = await scene.admin(), scene.name()
        await admin.create_topics([TopicSpec(name, 3, retention_ms=3_600_000)])

        (state,) = await admin.describe([name, scene.name()])

        assert (state.name, state.partitions, state.cleanup_policy) == (name, 3, "delete")
        assert (state.replicas, state.in_sync, state.min_insync) == (1, 1, 1)
        assert (state.retention_ms, state.retention_bytes) == (3_600_000, None)
        assert state.max_record_bytes >= 1_000_000


class LagContract:
    """How far behind a consumer is, from what it has seen."""

    async def test_lag_falls_as_records_are_polled(self, scene: Scene) -> None:
        topic = await scene.topic()
        await scene.write(topic, b"a", b"b", b"c", b"d", b"e")
        consumer = await scene.consumer(topic, max_records=2)

        lags = []
        for _ in range(3):
            await scene.read(consumer, 1)
            (lag,) = await consumer.lag()
            lags.append((lag.topic, lag.partition, lag.position, lag.end, lag.records))

        assert lags == [(topic, 0, 2, 5, 3), (topic, 0, 4, 5, 1), (topic, 0, 5, 5, 0)]
