"""What aiokafka offers no public way to do; every reach behind its surface is in this file.

Checked against aiokafka 0.14, to which the distribution is pinned; the contract suite holds each of them.
"""
# ruff: noqa: SLF001

import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import aiokafka.client
import aiokafka.codec
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder


def forbid_topic_creation() -> None:
    """Keep clients from creating a topic, with whatever partitions, by merely asking for it.

    A client that reconnects to a new broker would be faster than whoever creates the topics.
    """
    aiokafka.client.MetadataRequest = partial(MetadataRequest, allow_auto_topic_creation=False)


def compress_fast() -> None:
    """Compress at level 1, for which aiokafka has no setting.

    Its levels are those of a broker that rests: lz4 at 9 costs 40 µs a record of 800 bytes and takes it to
    50 %, at 1 it costs 4 µs and takes it to 55 %; zstd at 3 costs 29 µs (34 %), at 1 8 µs (30 %).
    """
    batches = sys.modules[DefaultRecordBatchBuilder.__module__]
    vars(batches)["lz4_encode"] = partial(aiokafka.codec.lz4_encode, level=1)
    vars(batches)["zstd_encode"] = partial(aiokafka.codec.zstd_encode, level=1)


def leave_even_the_first_generation(consumer: Any) -> None:
    """Let a member of generation 0 leave its group when it stops.

    aiokafka takes 0 for "never joined", but the embedded broker counts from 0; its group would wait for
    the ghost until the session expires. The generation is not part of the request to leave.
    """
    coordinator = consumer._coordinator
    if coordinator is None:
        return
    leave = coordinator._maybe_leave_group

    async def leave_any_generation() -> None:
        if coordinator.member_id and coordinator.generation == 0:
            coordinator.generation = 1
        await leave()

    coordinator._maybe_leave_group = leave_any_generation


def raise_background_errors(consumer: Any) -> None:
    """Raise the `KafkaError` that ended one of the consumer's own tasks, if one has ended.

    `getmany` tells of the coordinator only, and only when it is called.
    """
    consumer._coordinator.check_errors()
    if consumer._fetcher.error_future.done():
        raise KafkaError("the consumer has stopped fetching")


def progress(consumer: Any) -> Iterator[tuple[TopicPartition, int, int]]:
    """Position and end of every assigned partition that was fetched from; asks nobody."""
    for partition in sorted(consumer.assignment()):
        state = consumer._subscription.subscription.assignment.state_value(partition)
        if state.has_valid_position and state.highwater is not None:
            yield partition, state.position, state.highwater


async def cut_connections(client: Any) -> None:
    """Break the connections of a consumer so that requests in flight fail at once."""
    await client._client.close()


def drop_unsent(producer: Any) -> None:
    """Fail every batch that the producer still holds, so that it can stop."""
    accumulator = producer._message_accumulator
    queued = [batch for batches in accumulator._batches.values() for batch in batches]
    # A batch in flight would be put back to be tried again, which aiokafka trips over after `fail_all`.
    accumulator.reenqueue = lambda _batch: None
    accumulator.fail_all(KafkaError("the producer is closed"))
    for batch in queued:
        # Nobody waits for this future any more; unread, asyncio would report its exception.
        if batch._drain_waiter.done():
            batch._drain_waiter.exception()
