"""A consumer of the bus in memory."""

import asyncio
from collections.abc import Callable

from leadtrace.bus.memory_log import MemoryLog, Place
from leadtrace.bus.positions import Positions
from leadtrace.bus.protocol import BusResetError, ConsumerSpec, PartitionLag, Record


class MemoryConsumer:
    """Implements `leadtrace.bus.protocol.Consumer`; joins its group at once."""

    def __init__(self, reach: Callable[[], MemoryLog], spec: ConsumerSpec) -> None:
        self._reach = reach
        self._spec = spec
        self._log = reach()
        self._group = self._log.group(spec.group)
        self._positions: Positions[Place] = Positions()
        self._next: dict[Place, int] = {}
        self._turn = 0
        self._group.join(self)
        self._generation = -1
        self._follow_group()

    async def poll(self) -> list[Record]:
        """The next records, waiting for the first; see the protocol."""
        records = self._take()
        if records:
            return records
        try:
            async with asyncio.timeout(self._spec.max_wait_ms / 1_000), self._log.arrived:
                while not (records := self._take()):
                    await self._log.arrived.wait()
        except TimeoutError:
            return []
        return records

    async def commit(self) -> None:
        """Commit what was polled and is still ours; see the protocol."""
        self._follow_group()
        self._group.offsets.update(self._positions.to_commit())
        self._positions.forget()

    async def rewind(self) -> None:
        """Back to the first uncommitted record of each partition; see the protocol."""
        self._next.update(self._positions.to_rewind())
        self._positions.forget()

    def assigned(self) -> bool:
        """Always: this bus hands partitions out as soon as a member joins."""
        return self in self._group.members

    async def lag(self) -> list[PartitionLag]:
        """The lag of every partition of this member."""
        return [
            PartitionLag(*place, position, len(self._log.records(place)))
            for place, position in sorted(self._next.items())
        ]

    async def close(self) -> None:
        """Leave the group."""
        self._group.leave(self)
        self._positions.forget()
        await self._log.wake()

    def _take(self) -> list[Record]:
        self._follow_group()
        taken: list[Record] = []
        places = list(self._next)
        self._turn += 1
        # Begin with another partition each time, so that a busy one cannot starve the others.
        for number in range(len(places)):
            place = places[(self._turn + number) % len(places)]
            start = self._next[place]
            found = self._log.records(place)[start : start + self._spec.max_records - len(taken)]
            if found:
                taken += found
                self._next[place] = found[-1].offset + 1
                self._positions.polled(place, first=start, last=found[-1].offset)
        return taken

    def _follow_group(self) -> None:
        """Take note of a new broker, and of partitions that were handed out anew.

        Raises:
            BusUnavailableError: the bus was made unavailable.
            BusResetError: the bus has forgotten everything since this consumer joined.
        """
        if self._reach() is not self._log:
            raise BusResetError("the bus in memory has forgotten everything")
        if self._generation == self._group.generation:
            return
        self._generation = self._group.generation
        self._positions.forget()
        share = self._group.share_of(self, self._log.places(self._spec.topics))
        self._next = {place: self._group.offsets.get(place, 0) for place in share}
