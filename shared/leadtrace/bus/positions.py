"""What a consumer has polled and not yet committed, by partition.

Every bus keeps it the same way: a rebalance forgets all of it, so that nobody commits what another
member may own by now; the records come again.
"""

import asyncio
from typing import Generic, TypeVar

Partition = TypeVar("Partition")


class Positions(Generic[Partition]):
    """First and next offset of the uncommitted records of each partition."""

    def __init__(self) -> None:
        self._first: dict[Partition, int] = {}
        self._next: dict[Partition, int] = {}
        self._clean = asyncio.Event()
        self._clean.set()

    def polled(self, partition: Partition, *, first: int, last: int) -> None:
        """Records from `first` to `last` were handed to the caller."""
        self._first.setdefault(partition, first)
        self._next[partition] = last + 1
        self._clean.clear()

    def to_commit(self) -> dict[Partition, int]:
        """The offset after the last polled record of each partition with uncommitted records."""
        return dict(self._next)

    def to_rewind(self) -> dict[Partition, int]:
        """The offset of the first uncommitted record of each partition that has one."""
        return dict(self._first)

    def forget(self) -> None:
        """Nothing polled so far is this consumer's to commit, or all of it is committed."""
        self._first.clear()
        self._next.clear()
        self._clean.set()

    async def clean(self) -> None:
        """Wait until nothing polled is uncommitted."""
        await self._clean.wait()
