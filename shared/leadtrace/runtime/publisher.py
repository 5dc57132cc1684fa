"""Producing with patience: a broker that is away or new is waited for, and records are sent again.

Sending twice is harmless: events are known by id, snapshots by revision.
"""

import asyncio
from collections.abc import Sequence

from leadtrace.bus.protocol import Bus, BusUnavailableError, Outgoing, Producer
from leadtrace.runtime.failpoints import AFTER_PRODUCE, Failpoints, NoFailpoints
from leadtrace.runtime.retry import until_done
from leadtrace.runtime.shutdown import StopSignal


class Publisher:
    """One producer, made anew whenever its broker fails it."""

    def __init__(self, bus: Bus, stop: StopSignal, failpoints: Failpoints | None = None) -> None:
        self._bus = bus
        self._stop = stop
        self._failpoints = failpoints or NoFailpoints()
        self._producer: Producer | None = None
        self._turn = asyncio.Lock()

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Return once the broker has confirmed every record; one caller at a time.

        Raises:
            StoppedError: the process stops while the broker is away.
        """
        if not records:
            return

        async def attempt() -> None:
            producer = self._producer or await self._bus.producer()
            self._producer = producer
            try:
                await producer.send(records)
                await self._failpoints.reach(AFTER_PRODUCE)
                await producer.flush()
            except BusUnavailableError:
                await self._drop()
                raise

        # A producer whose flush fails does not say whose records were lost.
        async with self._turn:
            await until_done(attempt, what="publish", stop=self._stop)

    async def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.close()

    async def close(self) -> None:
        """Let go of the producer."""
        await self._drop()
