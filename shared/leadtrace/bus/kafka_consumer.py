"""A consumer over aiokafka: commits by hand, drains before it gives partitions back, knows its broker."""

import asyncio
import contextlib
from collections.abc import Mapping
from itertools import chain
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.bus.kafka_deadline import translated, within
from leadtrace.bus.kafka_identity import BrokerIdentity
from leadtrace.bus.kafka_internals import (
    cut_connections,
    leave_even_the_first_generation,
    progress,
    raise_background_errors,
)
from leadtrace.bus.kafka_membership import Membership
from leadtrace.bus.positions import Positions
from leadtrace.bus.protocol import BusUnavailableError, ConsumerSpec, PartitionLag, Record

_CLOSE_TIMEOUT_S = 3.0
# `getmany` waits for its own timeout, but also for a rebalance that begins meanwhile.
_POLL_GRACE_S = 1.0
_MAX_FETCH_BYTES = 16 * 1024 * 1024
_MAX_PARTITION_FETCH_BYTES = 1024 * 1024


class KafkaConsumer:
    """Implements `leadtrace.bus.protocol.Consumer`."""

    def __init__(self, config: KafkaConfig, spec: ConsumerSpec) -> None:
        self._config = config
        self._spec = spec
        self._identity = BrokerIdentity(config)
        self._positions: Positions[TopicPartition] = Positions()
        self._membership = Membership(self._positions, drain_timeout_s=config.drain_timeout_ms / 1_000)
        self._consumer = AIOKafkaConsumer(**_consumer_options(config, spec))

    async def start(self) -> None:
        """Connect and begin to join the group.

        Raises:
            BusUnavailableError: the broker cannot be reached, or a topic does not exist.
        """
        try:
            # Learnt first: whatever happens after this is held against this broker.
            await self._identity.learn()
            partitions = await self._partitions()
            async with within(self._config.request_timeout_s, "connecting a consumer"):
                await self._consumer.start()
            if self._config.static_assignment:
                self._consumer.assign(partitions)
                self._membership.settle()
            else:
                self._consumer.subscribe(list(self._spec.topics), listener=self._membership)
        except BaseException:
            await self.close()
            raise

    async def poll(self) -> list[Record]:
        """The next records; see the protocol."""
        await self._identity.confirm()
        wait_s = self._spec.max_wait_ms / 1_000
        if not self._membership.settled:
            await self._membership.wait_settled(wait_s)
            with translated("joining the group"):
                raise_background_errors(self._consumer)
            return []
        fetched = await self._fetch(wait_s)
        for partition, records in fetched.items():
            self._positions.polled(partition, first=records[0].offset, last=records[-1].offset)
        return [_record(record) for record in chain.from_iterable(fetched.values())]

    async def commit(self) -> None:
        """Commit what was polled and is still ours; see the protocol."""
        offsets = self._positions.to_commit()
        if not offsets:
            return
        await self._identity.confirm()
        async with within(self._config.request_timeout_s, "committing offsets"):
            # Either error says that the group went on without this member: the records are others' by now.
            with contextlib.suppress(CommitFailedError, IllegalStateError):
                await self._unless_connection_breaks(offsets)
        self._positions.forget()

    async def rewind(self) -> None:
        """Back to the first uncommitted record of each partition; see the protocol."""
        assigned = self._consumer.assignment()
        for partition, offset in self._positions.to_rewind().items():
            if partition in assigned:
                self._consumer.seek(partition, offset)
        self._positions.forget()

    def assigned(self) -> bool:
        """Whether the group has handed its partitions out."""
        return self._membership.settled

    async def lag(self) -> list[PartitionLag]:
        """From the answers to the fetches so far; a partition not fetched from yet is left out."""
        return [
            PartitionLag(partition.topic, partition.partition, position, end)
            for partition, position, end in progress(self._consumer)
        ]

    async def close(self) -> None:
        """Leave the group, within a deadline even if nobody answers."""
        leave_even_the_first_generation(self._consumer)
        self._positions.forget()
        stopping = asyncio.ensure_future(self._consumer.stop())
        await asyncio.wait({stopping}, timeout=_CLOSE_TIMEOUT_S)
        # Fails what is still in flight; and aiokafka forgets its connections when a fetch was waiting to
        # be tried again.
        await cut_connections(self._consumer)
        await asyncio.wait({stopping}, timeout=_CLOSE_TIMEOUT_S)
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)
        await self._identity.close()

    async def _partitions(self) -> list[TopicPartition]:
        answer = await self._identity.metadata(list(self._spec.topics))
        found = {topic: partitions for error, topic, _, partitions in answer.topics if not error}
        missing = sorted(set(self._spec.topics) - set(found))
        if missing:
            raise BusUnavailableError(f"topics do not exist yet: {', '.join(missing)}")
        return [TopicPartition(topic, place[1]) for topic, places in found.items() for place in places]

    async def _fetch(self, wait_s: float) -> Mapping[TopicPartition, list[ConsumerRecord]]:
        with translated("polling"):
            raise_background_errors(self._consumer)
        try:
            async with asyncio.timeout(wait_s + _POLL_GRACE_S):
                with translated("polling"):
                    fetched: dict[TopicPartition, list[ConsumerRecord]] = await self._consumer.getmany(
                        timeout_ms=self._spec.max_wait_ms, max_records=self._spec.max_records
                    )
        except TimeoutError:
            return {}
        return fetched

    async def _unless_connection_breaks(self, offsets: dict[TopicPartition, int]) -> None:
        """Commit, but never carry a commit over to the broker that comes after this one.

        aiokafka would try again on a new connection, and a broker that was started anew meanwhile would
        take old offsets for its own records, which nobody would read then.
        """
        commit = asyncio.ensure_future(self._consumer.commit(offsets))
        lost = asyncio.ensure_future(self._identity.lost())
        try:
            await asyncio.wait({commit, lost}, return_when=asyncio.FIRST_COMPLETED)
            if not commit.done():
                raise BusUnavailableError("the connection broke during a commit")
            commit.result()
        finally:
            commit.cancel()
            lost.cancel()
            await asyncio.gather(commit, lost, return_exceptions=True)


def _consumer_options(config: KafkaConfig, spec: ConsumerSpec) -> dict[str, Any]:
    return {
        "bootstrap_servers": config.bootstrap_servers,
        "group_id": spec.group,
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "fetch_max_wait_ms": config.fetch_max_wait_ms,
        "fetch_max_bytes": _MAX_FETCH_BYTES,
        "max_partition_fetch_bytes": _MAX_PARTITION_FETCH_BYTES,
        "session_timeout_ms": config.session_timeout_ms,
        "heartbeat_interval_ms": config.heartbeat_interval_ms,
        **config.connection_options(),
        # The group may hold the answer to a join back for a whole session.
        "request_timeout_ms": config.request_timeout_ms + config.session_timeout_ms,
    }


def _record(record: ConsumerRecord) -> Record:
    return Record(
        record.topic,
        record.partition,
        record.offset,
        record.key,
        record.value,
        tuple(record.headers) if record.headers else (),
        max(0, record.timestamp),
    )
