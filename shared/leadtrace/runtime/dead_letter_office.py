"""Hands dead letters to their reader again, one transaction each, without the broker.

A letter that is read is settled in the transaction that takes its facts in; one that is not stays as it was.
Nothing is doubled by reading it twice: events are known by number, snapshots by revision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.runtime.clock import Ids
from leadtrace.runtime.handler import Applied, Handler, MoreNeededError
from leadtrace.runtime.publisher import Publisher
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.dead_letter_box import Choice, DeadLetterBox, Letter, WaitingCount
from leadtrace.store.notes import NoteStore

_FIRST = UUID(int=0)
_PAGE = 200
_NOTES_A_LETTER = 4


class Replayed(msgspec.Struct, frozen=True):
    """What came of handing the chosen letters to their reader; in a dry run nothing was kept."""

    letters: int
    read: int
    still_dead: int
    dry_run: bool


@dataclass(frozen=True, slots=True)
class DeadLetterOffice:
    """The dead letters of one reading service."""

    schema: str
    pool: Pool
    handler: Handler
    publisher: Publisher
    ids: Ids

    @property
    def box(self) -> DeadLetterBox:
        """The statements over this service's letters."""
        return DeadLetterBox(self.schema)

    async def counts(self, choice: Choice) -> list[WaitingCount]:
        """The waiting letters by topic and reason."""
        async with self.pool.acquire() as connection:
            return await self.box.counts(connection, choice)

    async def page(self, choice: Choice, after: UUID | None, limit: int) -> Sequence[Letter]:
        """The waiting letters that follow `after`."""
        async with self.pool.acquire() as connection:
            return await self.box.page(connection, choice, after or _FIRST, limit)

    async def replay(self, choice: Choice, *, by: str, dry_run: bool) -> Replayed:
        """Read every chosen letter again and publish what came of it."""
        letters, read, after = 0, 0, _FIRST
        while page := await self.page(choice, after, _PAGE):
            for letter in page:
                letters += 1
                read += await self._replay(letter.dead_letter_id, by, dry_run)
            after = page[-1].dead_letter_id
        return Replayed(letters, read, letters - read, dry_run)

    async def drop(self, choice: Choice, *, by: str, why: str) -> int:
        """Settle the chosen letters without reading them; how many these were."""
        async with self.pool.acquire() as connection:
            return await self.box.drop(connection, choice, by=by, why=why)

    async def _replay(self, letter: UUID, by: str, dry_run: bool) -> bool:
        also: frozenset[UUID] = frozenset()
        while True:
            try:
                return await self._try(letter, by, dry_run, also)
            except MoreNeededError as more:
                also |= more.ids

    async def _try(self, letter: UUID, by: str, dry_run: bool, also: frozenset[UUID]) -> bool:
        notes, written = NoteStore(self.schema), list[UUID]()
        async with self.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                applied = await self._read(connection, letter, also)
                read = applied is not None and not applied.dead
                if applied is not None and read and not dry_run:
                    await self.box.settle(connection, letter, by=by)
                    note_ids = [self.ids.uuid7() for _ in range(_NOTES_A_LETTER)]
                    written = await notes.write(connection, note_ids, applied.notes)
            except BaseException:
                await transaction.rollback()
                raise
            await (transaction.rollback() if dry_run or not read else transaction.commit())
        if applied is not None and written:
            await self._publish(applied.outgoing, notes, written)
        return read

    async def _read(self, connection: Connection, letter: UUID, also: frozenset[UUID]) -> Applied | None:
        found = await self.box.take(connection, letter)
        if found is None:
            return None
        record = Record(found.topic, found.partition, found.offset, found.key, found.value)
        return await self.handler.apply(connection, [record], also)

    async def _publish(self, outgoing: Sequence[Outgoing], notes: NoteStore, written: Sequence[UUID]) -> None:
        await self.publisher.publish(outgoing)
        async with self.pool.acquire() as connection:
            await notes.clear(connection, written)
