"""A rebalance waits for what was polled to be committed, but not for ever."""

import asyncio

from aiokafka import TopicPartition

from leadtrace.bus.kafka_membership import Membership
from leadtrace.bus.positions import Positions

PLACE = TopicPartition("lead-events", 3)


async def test_partitions_are_given_back_once_everything_polled_is_committed() -> None:
    positions: Positions[TopicPartition] = Positions()
    membership = Membership(positions, drain_timeout_s=60)
    await membership.on_partitions_assigned([PLACE])
    positions.polled(PLACE, first=5, last=9)

    giving_back = asyncio.ensure_future(membership.on_partitions_revoked([PLACE]))
    await asyncio.sleep(0)
    assert not giving_back.done()
    assert positions.to_commit() == {PLACE: 10}

    positions.forget()
    await giving_back
    assert not membership.settled


async def test_after_the_deadline_nothing_polled_can_be_committed_any_more() -> None:
    positions: Positions[TopicPartition] = Positions()
    membership = Membership(positions, drain_timeout_s=0.01)
    await membership.on_partitions_assigned([PLACE])
    positions.polled(PLACE, first=5, last=9)

    await membership.on_partitions_revoked([PLACE])

    assert positions.to_commit() == {}
    assert positions.to_rewind() == {}


async def test_a_member_is_settled_when_the_group_has_agreed_even_on_nothing() -> None:
    membership = Membership(Positions(), drain_timeout_s=1)
    assert not membership.settled

    await membership.on_partitions_assigned([])

    assert membership.settled


def test_positions_keep_the_first_and_the_last_of_several_polls() -> None:
    positions: Positions[TopicPartition] = Positions()
    positions.polled(PLACE, first=5, last=9)
    positions.polled(PLACE, first=10, last=10)

    assert positions.to_rewind() == {PLACE: 5}
    assert positions.to_commit() == {PLACE: 11}
