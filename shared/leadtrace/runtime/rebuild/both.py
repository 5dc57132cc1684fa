"""The live loop keeps both generations current: while a rebuild runs, every batch goes into both.

It does so in one transaction, so that the two never know of different batches. What the next generation
cannot take ends the rebuild, never the batch.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import asyncpg

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.runtime.handler import Applied, Handler, MoreNeededError
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.refold import Refoldable
from leadtrace.runtime.retry import RETRIED
from leadtrace.store.connection import Connection
from leadtrace.store.generation.carrying import Carrier
from leadtrace.store.generation.state import RebuildStore, State
from leadtrace.store.generation.tables import Generation

# Errors that come again however often a batch is tried: the tables are not what they should be.
_LASTING = (asyncpg.SyntaxOrAccessError, asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)

_log = get_logger("leadtrace.runtime.rebuild")


class BothGenerations:
    """A handler whose batches reach the live rows, and beside them those of a rebuild that is running."""

    def __init__(self, handler: Handler, generation: Generation, traffic: Traffic) -> None:
        self._handler = handler
        self._generation = generation
        self._traffic = traffic
        self._store = RebuildStore(generation.schema)
        self._carrier = Carrier(generation)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that the handler reads."""
        return self._handler.topics

    async def apply(
        self, connection: Connection, records: Sequence[Record], also: frozenset[UUID]
    ) -> Applied:
        """Take a batch in."""
        applied = await self._in_both(connection, lambda c: self._handler.apply(c, records, also))
        self._traffic.passed()
        return applied

    async def noted(self, connection: Connection, kind: str, ids: Sequence[UUID]) -> list[Outgoing]:
        """The records of noted live rows."""
        return await self._handler.noted(connection, kind, ids)

    async def _in_both(
        self, connection: Connection, work: Callable[[Connection], Awaitable[Applied]]
    ) -> Applied:
        # Read first: the table is held from here on, so that no rebuild begins or ends in mid batch.
        running = await connection.fetchval(self._store.running)
        applied = await work(connection)
        if running:
            await self._follow(connection, applied, work)
        return applied

    async def _follow(
        self, connection: Connection, applied: Applied, work: Callable[[Connection], Awaitable[Applied]]
    ) -> None:
        try:
            async with connection.transaction():
                beside = await work(self._generation.beside(connection))
                for kind, ids in _raised(applied.notes, beside.notes).items():
                    await self._carrier.carry(connection, kind, ids)
        except MoreNeededError:
            raise
        except Exception as error:
            if isinstance(error, RETRIED) and not isinstance(error, _LASTING):
                raise
            _log.error("rebuild.failed", schema=self._generation.schema, error=type(error).__name__)
            await self._store.end(connection, State.FAILED, error=_told(error))


class BothRefolded(BothGenerations):
    """The same for a handler that can fold rows again."""

    def __init__(
        self, handler: Handler, refoldable: Refoldable, generation: Generation, traffic: Traffic
    ) -> None:
        super().__init__(handler, generation, traffic)
        self._refoldable = refoldable

    async def refold(
        self, connection: Connection, kind: str, ids: Sequence[UUID], also: frozenset[UUID]
    ) -> Applied:
        """Fold rows again from their sets."""
        return await self._in_both(connection, lambda c: self._refoldable.refold(c, kind, ids, also))


def _raised(*notes: Mapping[str, Sequence[UUID]]) -> dict[str, list[UUID]]:
    """The rows that got a new revision in either generation, in id order."""
    kinds = {kind for one in notes for kind in one}
    return {kind: sorted({entity for one in notes for entity in one.get(kind, ())}) for kind in kinds}


def _told(error: Exception) -> str:
    return f"a live batch could not be taken in beside ({type(error).__name__}); start the rebuild again"
