"""The live loop keeps both generations current: while a rebuild runs, every batch goes into both.

It does so in one transaction, so that the two never know of different batches. What the next generation
cannot take ends the rebuild, never the batch.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeAlias, TypeVar
from uuid import UUID

import asyncpg

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.runtime.handler import Applied, Handler, MoreNeededError, RefoldingHandler
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.retry import RETRIED
from leadtrace.runtime.versions.handlers import Handlers
from leadtrace.store.connection import Connection
from leadtrace.store.generation.carrying import Carrier
from leadtrace.store.generation.state import RebuildStore, State
from leadtrace.store.generation.tables import Generation

# Errors that come again however often a batch is tried: the tables are not what they should be.
_LASTING = (asyncpg.SyntaxOrAccessError, asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)

# How notes call rows of a shadow.
_OF_SHADOW = "shadow:"

Taker = TypeVar("Taker", bound=Handler)
Refolding = TypeVar("Refolding", bound=RefoldingHandler)
Work: TypeAlias = Callable[[Taker, Connection], Awaitable[Applied]]

_log = get_logger("leadtrace.runtime.rebuild")


class BothGenerations(Generic[Taker]):
    """A handler whose batches reach the live rows, and beside them those of a running rebuild or shadow.

    What a shadow's rows come to is published like what the live ones do, under the version that they are by.
    """

    def __init__(self, handlers: Handlers[Taker], generation: Generation, traffic: Traffic) -> None:
        self._handlers = handlers
        self._generation = generation
        self._traffic = traffic
        self._store = RebuildStore(generation.schema)
        self._carrier = Carrier(generation)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that the handler reads."""
        return self._handlers.any.topics

    async def apply(
        self, connection: Connection, records: Sequence[Record], also: frozenset[UUID]
    ) -> Applied:
        """Take a batch in."""
        applied = await self._in_both(connection, lambda h, c: h.apply(c, records, also))
        self._traffic.passed()
        return applied

    async def noted(self, connection: Connection, kind: str, ids: Sequence[UUID]) -> list[Outgoing]:
        """The records of noted rows; those of a shadow are the live ones once it took over."""
        own = kind.removeprefix(_OF_SHADOW)
        if own != kind and await connection.fetchval(self._store.running):
            connection = self._generation.beside(connection)
        return await self._handlers.any.noted(connection, own, ids)

    async def _in_both(self, connection: Connection, work: Work[Taker]) -> Applied:
        # Read first: the table is held from here on, so that no rebuild begins or ends in mid batch.
        running = await connection.fetchval(self._store.running)
        applied = await work(await self._handlers.live(connection), connection)
        if running is not None:
            await self._follow(connection, applied, work, running)
        return applied

    async def _follow(
        self, connection: Connection, applied: Applied, work: Work[Taker], version: int
    ) -> None:
        try:
            async with connection.transaction():
                handler = await self._handlers.beside(connection, version)
                beside = await work(handler, self._generation.beside(connection))
                if version:
                    _add(applied, beside)
                    return
                for kind, ids in _raised(applied.notes, beside.notes).items():
                    await self._carrier.carry(connection, kind, ids)
        except MoreNeededError:
            raise
        except Exception as error:
            if isinstance(error, RETRIED) and not isinstance(error, _LASTING):
                raise
            _log.error("rebuild.failed", schema=self._generation.schema, error=type(error).__name__)
            await self._store.end(connection, State.FAILED, error=_told(error, version))


class BothRefolded(BothGenerations[Refolding]):
    """The same for a handler that can fold rows again."""

    async def refold(
        self, connection: Connection, kind: str, ids: Sequence[UUID], also: frozenset[UUID]
    ) -> Applied:
        """Fold rows again from their sets."""
        return await self._in_both(connection, lambda h, c: h.refold(c, kind, ids, also))


def _add(applied: Applied, beside: Applied) -> None:
    """Publish what the shadow's rows came to as well; counted is the batch once."""
    applied.outgoing += beside.outgoing
    applied.notes |= {_OF_SHADOW + kind: ids for kind, ids in beside.notes.items()}


def _raised(*notes: Mapping[str, Sequence[UUID]]) -> dict[str, list[UUID]]:
    """The rows that got a new revision in either generation, in id order."""
    kinds = {kind for one in notes for kind in one}
    return {kind: sorted({entity for one in notes for entity in one.get(kind, ())}) for kind in kinds}


def _told(error: Exception, version: int) -> str:
    again = "end the shadow, then begin it again" if version else "start the rebuild again"
    return f"a live batch could not be taken in beside ({type(error).__name__}); {again}"
