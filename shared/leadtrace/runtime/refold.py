"""Folding rows again on demand: stuck ones after a fix; what changes is published like any batch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from leadtrace.runtime.clock import Ids
from leadtrace.runtime.handler import MoreNeededError, Refoldable
from leadtrace.runtime.publisher import Publisher
from leadtrace.store.connection import Pool
from leadtrace.store.notes import NoteStore

_PAGE = 500
_NOTES_A_PAGE = 4


class RefoldResult(msgspec.Struct, frozen=True):
    """How many rows of a kind were stuck, and how many still are."""

    kind: str
    stuck: int
    still_stuck: int


@dataclass(frozen=True, slots=True)
class Refolder:
    """Refolds what a query finds; `stuck` maps a kind to its query (`$1` how many at most)."""

    schema: str
    pool: Pool
    handler: Refoldable
    publisher: Publisher
    ids: Ids
    stuck: Mapping[str, str]

    async def rebuild_stuck(self, tell: Callable[[int], None] | None = None) -> list[RefoldResult]:
        """Fold every stuck row once more and publish what came of it; `tell` hears how many before that."""
        found = {kind: await self._find(kind) for kind in self.stuck}
        if tell is not None:
            tell(sum(map(len, found.values())))
        for kind, ids in found.items():
            for start in range(0, len(ids), _PAGE):
                await self._page(kind, ids[start : start + _PAGE])
        return [
            RefoldResult(kind, len(ids), len(set(ids).intersection(await self._find(kind))))
            for kind, ids in found.items()
        ]

    async def _find(self, kind: str) -> list[UUID]:
        async with self.pool.acquire() as connection:
            return [row[0] for row in await connection.fetch(self.stuck[kind], None)]

    async def _page(self, kind: str, ids: Sequence[UUID]) -> None:
        also: frozenset[UUID] = frozenset()
        while True:
            try:
                return await self._refold(kind, ids, also)
            except MoreNeededError as more:
                also |= more.ids

    async def _refold(self, kind: str, ids: Sequence[UUID], also: frozenset[UUID]) -> None:
        notes = NoteStore(self.schema)
        async with self.pool.acquire() as connection, connection.transaction():
            applied = await self.handler.refold(connection, kind, ids, also)
            note_ids = [self.ids.uuid7() for _ in range(_NOTES_A_PAGE)]
            written = await notes.write(connection, note_ids, applied.notes)
        await self.publisher.publish(applied.outgoing)
        async with self.pool.acquire() as connection:
            await notes.clear(connection, written)
