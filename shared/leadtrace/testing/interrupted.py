"""A handler whose batches a test interrupts, inside the transaction: to kill, to race, to look."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.runtime.handler import Applied, Handler
from leadtrace.store.connection import Connection

# Told the connection of the transaction and how often `apply` was called by now, this call included.
Interruption = Callable[[Connection, int], Awaitable[None]]


class InterruptedHandler:
    """Passes everything on to a real handler, and calls `before` and `after` around each batch."""

    def __init__(
        self, handler: Handler, *, before: Interruption | None = None, after: Interruption | None = None
    ) -> None:
        self._handler = handler
        self._before = before
        self._after = after
        self.topics = handler.topics
        self.calls = 0

    async def apply(
        self, connection: Connection, records: Sequence[Record], also: frozenset[UUID]
    ) -> Applied:
        """The real handler's batch."""
        self.calls += 1
        if self._before is not None:
            await self._before(connection, self.calls)
        applied = await self._handler.apply(connection, records, also)
        if self._after is not None:
            await self._after(connection, self.calls)
        return applied

    async def noted(self, connection: Connection, kind: str, ids: Sequence[UUID]) -> list[Outgoing]:
        """The real handler's records."""
        return await self._handler.noted(connection, kind, ids)
