"""The contract of every bus, second part: offsets, and groups that share partitions."""

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.testing.bus_scene import Scene


class OffsetsContract:
    """At least once: what was not committed comes again, what was committed does not."""

    async def test_a_fresh_group_starts_at_the_beginning(self, scene: Scene) -> None:
        topic = await scene.topic()
        await scene.write(topic, b"a", b"b")

        records = await scene.read(await scene.consumer(topic), 2)

        assert _values(records) == [b"a", b"b"]

    async def test_without_a_commit_everything_comes_again(self, scene: Scene) -> None:
        topic, group = await scene.topic(), scene.name()
        await scene.write(topic, b"a", b"b")
        first = await scene.consumer(topic, group=group)
        await scene.read(first, 2)
        await first.close()

        again = await scene.read(await scene.consumer(topic, group=group), 2)

        assert _values(again) == [b"a", b"b"]

    async def test_after_a_commit_the_next_consumer_goes_on(self, scene: Scene) -> None:
        topic, group = await scene.topic(), scene.name()
        await scene.write(topic, b"a", b"b", b"c", b"d")
        first = await scene.consumer(topic, group=group, max_records=2)
        await scene.read(first, 2)
        await first.commit()
        await scene.read(first, 1)
        await first.close()

        rest = await scene.read(await scene.consumer(topic, group=group), 2)

        assert _values(rest) == [b"c", b"d"]

    async def test_rewind_brings_back_what_was_not_committed(self, scene: Scene) -> None:
        topic = await scene.topic()
        await scene.write(topic, b"a", b"b", b"c", b"d")
        consumer = await scene.consumer(topic, max_records=1)
        await scene.read(consumer, 1)
        await consumer.commit()
        await scene.read(consumer, 2)

        await consumer.rewind()

        assert _values(await scene.read(consumer, 3)) == [b"b", b"c", b"d"]

    async def test_rewind_before_any_commit_goes_to_the_beginning(self, scene: Scene) -> None:
        topic = await scene.topic()
        await scene.write(topic, b"a", b"b")
        consumer = await scene.consumer(topic)
        await scene.read(consumer, 2)

        await consumer.rewind()

        assert _values(await scene.read(consumer, 2)) == [b"a", b"b"]

    async def test_what_was_rewound_is_not_committed(self, scene: Scene) -> None:
        topic, group = await scene.topic(), scene.name()
        await scene.write(topic, b"a", b"b")
        consumer = await scene.consumer(topic, group=group)
        await scene.read(consumer, 2)
        await consumer.rewind()
        await consumer.commit()
        await consumer.close()

        again = await scene.read(await scene.consumer(topic, group=group), 2)

        assert _values(again) == [b"a", b"b"]

    async def test_groups_do_not_disturb_each_other(self, scene: Scene) -> None:
        topic = await scene.topic()
        await scene.write(topic, b"a")
        scoring, attribution = await scene.consumer(topic), await scene.consumer(topic)
        await scene.read(scoring, 1)
        await scoring.commit()

        assert _values(await scene.read(attribution, 1)) == [b"a"]


class GroupsContract:
    """Members of one group share the partitions; none is read by nobody, none commits for another."""

    async def test_two_members_share_the_partitions_and_the_last_one_takes_all(self, scene: Scene) -> None:
        topic, group = await scene.topic(partitions=4), scene.name()
        first = await scene.consumer(topic, group=group)
        second = await scene.consumer(topic, group=group)
        await scene.assigned(first)
        await _write_to_each_partition(scene, topic, b"shared")

        of_first, of_second = await scene.read_all([first, second], 4)
        await first.commit()
        await second.commit()

        mine, theirs = _partitions(of_first), _partitions(of_second)
        assert (len(mine), len(theirs), mine | theirs) == (2, 2, {0, 1, 2, 3})

        await second.close()
        await _write_to_each_partition(scene, topic, b"handed over")
        handed_over = await scene.read(first, 2)
        while _partitions(handed_over) != {0, 1, 2, 3}:
            # What the rebalance interrupted may come twice.
            handed_over += await scene.read(first, 1)
        assert set(_values(handed_over)) == {b"handed over"}

    async def test_a_late_commit_leaves_out_partitions_that_were_taken_away(self, scene: Scene) -> None:
        topic, group = await scene.topic(partitions=4), scene.name()
        await _write_to_each_partition(scene, topic, b"first")
        slow = await scene.consumer(topic, group=group)
        assert _partitions(await scene.read(slow, 4)) == {0, 1, 2, 3}
        # The slow one neither polls nor commits while the group goes on.
        quick = await scene.consumer(topic, group=group)

        await slow.commit()

        of_slow, of_quick = await scene.read_all([slow, quick], 4)
        assert sorted(r.partition for r in of_slow + of_quick) == [0, 1, 2, 3]
        assert len(_partitions(of_quick)) == 2

    async def test_a_commit_in_time_is_kept_over_a_rebalance(self, scene: Scene) -> None:
        topic, group = await scene.topic(partitions=4), scene.name()
        await _write_to_each_partition(scene, topic, b"first")
        first = await scene.consumer(topic, group=group)
        await scene.read(first, 4)
        await first.commit()
        second = await scene.consumer(topic, group=group)
        await scene.assigned(first)
        await _write_to_each_partition(scene, topic, b"second")

        of_first, of_second = await scene.read_all([first, second], 4)

        assert _values(of_first + of_second) == [b"second"] * 4

    async def test_a_member_without_partitions_is_assigned_too(self, scene: Scene) -> None:
        topic, group = await scene.topic(), scene.name()
        first = await scene.consumer(topic, group=group)
        second = await scene.consumer(topic, group=group)
        await scene.assigned(first)
        await scene.write(topic, b"a")

        of_first, of_second = await scene.read_all([first, second], 1)

        assert sorted([_values(of_first), _values(of_second)]) == [[], [b"a"]]
        assert first.assigned()
        assert second.assigned()


# By Kafka's murmur2 these keys belong to the partitions 0 to 3 of a topic with four.
_KEY_OF_PARTITION = {0: b"a-little-bit-long-string", 1: b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"}
_KEY_OF_PARTITION |= {2: b"foobar", 3: b"abc"}


async def _write_to_each_partition(scene: Scene, topic: str, value: bytes) -> None:
    producer = await scene.producer()
    await producer.send([Outgoing(topic, key, value) for key in _KEY_OF_PARTITION.values()])
    await producer.flush()


def _values(records: list[Record]) -> list[bytes | None]:
    return [record.value for record in records]


def _partitions(records: list[Record]) -> set[int]:
    return {record.partition for record in records}
