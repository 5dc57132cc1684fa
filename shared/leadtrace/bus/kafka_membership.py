"""What a consumer does when its group hands the partitions out anew: finish, then let go.

Drain before fence: partitions are given back once everything polled from them is committed, or after a
deadline; from then on nothing polled before can be committed.
"""

import asyncio
import contextlib
from collections.abc import Collection

from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener

from leadtrace.bus.positions import Positions


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka carries no types
    """Whether this member has its partitions, and what it may still commit."""

    def __init__(self, positions: Positions[TopicPartition], *, drain_timeout_s: float) -> None:
        self._positions = positions
        self._drain_timeout_s = drain_timeout_s
        self._settled = asyncio.Event()

    @property
    def settled(self) -> bool:
        """Whether the group has handed its partitions out, possibly none to this member."""
        return self._settled.is_set()

    def settle(self) -> None:
        """The partitions are known without a group."""
        self._settled.set()

    async def wait_settled(self, timeout_s: float) -> None:
        """Wait for the partitions, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._settled.wait()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Called by aiokafka before it joins anew; heartbeats go on meanwhile."""
        self._settled.clear()
        if revoked:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._drain_timeout_s):
                    await self._positions.clean()
        self._positions.forget()

    async def on_partitions_assigned(self, _assigned: Collection[TopicPartition]) -> None:
        """Called by aiokafka once the group has agreed."""
        self._settled.set()
