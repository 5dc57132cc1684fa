"""Copies from the live generation to the next: rows as they are, and of entities what their sets hold.

Live rows are held while they are copied: else a batch could change both generations in between, and the copy
would put the older row in the newer one's place.
"""

from collections.abc import Sequence
from uuid import UUID

from leadtrace.store.connection import Connection
from leadtrace.store.generation.tables import Generation, GenerationTable

_NAMES = """
select attname::text from pg_attribute
where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum
"""
# What an entity's row holds of its set; the rest is what was made of it.
_OF_SETS = ("event_count", "ignored_count", "redirect_to", "corrected", "last_key", "stuck_error")


class RowCopier:
    """Copies a table by ranges of its key."""

    def __init__(self, generation: Generation, table: GenerationTable) -> None:
        self._live, self._next = generation.live(table), generation.next(table)
        self._key = ", ".join(table.key)
        self._columns = table.key
        after, until = (
            f"(select {self._key} from jsonb_populate_record(null::{self._live}, ${place}::jsonb))"
            for place in (1, 2)
        )
        named = ", ".join(f"'{column}', {column}" for column in table.key)
        from_last = ", ".join(f"{column} desc" for column in table.key)
        self._following = f"from {self._live} where ($1::jsonb is null or ({self._key}) > {after})"
        # Up to a key and not so many rows: one that comes meanwhile must not push another out of the page.
        self._page = f"{self._following} and ({self._key}) <= {until} order by {self._key}"
        self._last = (
            f"select count(*), (array_agg(jsonb_build_object({named}) order by {from_last}))[1]::text "
            f"from (select {self._key} {self._following} order by {self._key} limit $2) page"
        )

    async def copy(self, connection: Connection, position: str | None, size: int) -> str | None:
        """Copy the next rows after a position; where to go on, None where there are no more."""
        count, last = await connection.fetchrow(self._last, position, size)  # type: ignore[misc]  # one row
        if count:
            await connection.execute(await self._statement(connection), position, last)
        return last if count == size else None

    async def _statement(self, connection: Connection) -> str:
        names = [row[0] for row in await connection.fetch(_NAMES, self._live)]
        others = [name for name in names if name not in self._columns]
        # A table of keys alone only grows, so that nothing has to be held.
        held = " for share" if others else ""
        updates = ", ".join(f"{name} = excluded.{name}" for name in others)
        conflict = f"do update set {updates}" if others else "do nothing"
        listed = ", ".join(names)
        return (
            f"insert into {self._next} ({listed}) select {listed} from "
            f"(select {listed} {self._page}{held}) page on conflict ({self._key}) {conflict}"
        )


class SetCopier:
    """Copies what the rows of an entity table hold of their sets, by ids."""

    def __init__(self, generation: Generation, table: GenerationTable) -> None:
        live, beside = generation.live(table), generation.next(table)
        (key,) = table.key
        columns = [*_OF_SETS, table.packed, *table.paths]
        listed = ", ".join([key, *columns])
        updates = ", ".join(f"{column} = excluded.{column}" for column in columns)
        self._count = f"select count(*) from {live}"
        self._ids = f"select {key} from {live} where {key} > $1 order by {key} limit $2 for share"
        self._copy = (
            f"insert into {beside} ({listed}) select {listed} from {live} where {key} = any($1::uuid[]) "
            f"on conflict ({key}) do update set state = null, {updates}"
        )
        self._partial = (
            f"select l.{key} from {live} l left join {beside} n using ({key}) "
            f"where n.{key} is null or n.event_count <> l.event_count "
            f"order by l.{key} limit $1 for share of l"
        )

    async def count(self, connection: Connection) -> int:
        """The live rows."""
        return int(await connection.fetchval(self._count))

    async def copy(self, connection: Connection, after: UUID, size: int) -> Sequence[UUID]:
        """Copy the rows of the ids after this one; these ids. What was made of the sets must be made anew."""
        return await self._taken(connection, self._ids, after, size)

    async def copy_again(self, connection: Connection, size: int) -> Sequence[UUID]:
        """Copy rows that hold another number of events than the live ones do; these ids.

        When a record moved before the row that it left was copied, its events were not there to be moved.
        """
        return await self._taken(connection, self._partial, size)

    async def _taken(self, connection: Connection, asked: str, *given: UUID | int) -> Sequence[UUID]:
        ids = [row[0] for row in await connection.fetch(asked, *given)]
        if ids:
            await connection.execute(self._copy, ids)
        return ids
