"""A producer over aiokafka: whole batches a partition, one round trip for many, all replicas asked."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from leadtrace.bus.kafka_batches import build_batches, by_partition, refuse_too_large
from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.bus.kafka_deadline import translated, within
from leadtrace.bus.kafka_internals import drop_unsent
from leadtrace.bus.protocol import BusUnavailableError, Outgoing

_CLOSE_TIMEOUT_S = 3.0


class KafkaProducer:
    """Implements `leadtrace.bus.protocol.Producer`."""

    def __init__(self, config: KafkaConfig) -> None:
        self._config = config
        self._unconfirmed: list[asyncio.Future[Any]] = []
        self._all_sent = True
        self._producer = AIOKafkaProducer(
            bootstrap_servers=config.bootstrap_servers,
            acks="all",
            enable_idempotence=config.idempotence,
            compression_type=config.compression,
            max_batch_size=config.batch_bytes,
            **config.connection_options(),
        )

    async def start(self) -> None:
        """Connect.

        Raises:
            BusUnavailableError: the broker cannot be reached, or does not know idempotent producers.
        """
        try:
            async with within(self._config.request_timeout_s, "connecting a producer"):
                await self._producer.start()
        except BaseException:
            await self.close()
            raise

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Hand records over; see the protocol."""
        refuse_too_large(records, self._config.max_record_bytes)
        try:
            # No deadline for the whole: however much it is, each batch has one of its own in aiokafka.
            with translated("handing records over"):
                await self._send(records)
        except BaseException:
            self._all_sent = False
            raise

    async def flush(self) -> None:
        """Wait for the confirmations; see the protocol."""
        pending: set[asyncio.Future[Any]] = set()
        if self._unconfirmed:
            _, pending = await asyncio.wait(self._unconfirmed, timeout=self._config.request_timeout_s)
        errors = [
            error for future in self._unconfirmed if future not in pending and (error := future.exception())
        ]
        all_sent, self._all_sent = self._all_sent, True
        self._forget_unconfirmed()
        if pending:
            raise BusUnavailableError(f"{len(pending)} batches were not confirmed in time")
        if errors:
            raise BusUnavailableError(f"{len(errors)} batches were not taken: {errors[0]!r}") from errors[0]
        if not all_sent:
            raise BusUnavailableError("a send before this flush failed")

    async def close(self) -> None:
        """Stop without waiting for what was not flushed."""
        self._forget_unconfirmed()
        drop_unsent(self._producer)
        stopping = asyncio.ensure_future(self._producer.stop())
        await asyncio.wait({stopping}, timeout=_CLOSE_TIMEOUT_S)
        # Fails what is still in flight; a no-op after an orderly stop.
        await self._producer.client.close()
        await asyncio.wait({stopping}, timeout=_CLOSE_TIMEOUT_S)
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)

    async def _send(self, records: Sequence[Outgoing]) -> None:
        topics = {record.topic for record in records}
        queues = by_partition(records, {topic: await self._partitions(topic) for topic in topics})
        senders = [self._send_partition(*place, queue) for place, queue in queues.items()]
        # Side by side, so that one request carries a batch of each partition.
        outcomes = await asyncio.gather(*senders, return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def _partitions(self, topic: str) -> int:
        known = self._producer.client.cluster.partitions_for_topic(topic)
        if known:
            return len(known)
        async with within(self._config.request_timeout_s, f"asking for the partitions of {topic}"):
            return len(await self._producer.partitions_for(topic))

    async def _send_partition(self, topic: str, partition: int, records: Sequence[Outgoing]) -> None:
        for batch in build_batches(records, self._producer.create_batch):
            future = await self._producer.send_batch(batch, topic, partition=partition)
            self._unconfirmed.append(future)

    def _forget_unconfirmed(self) -> None:
        for future in self._unconfirmed:
            # Without a reader of its exception asyncio would report it as lost.
            future.add_done_callback(_read_exception)
        self._unconfirmed.clear()


def _read_exception(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
