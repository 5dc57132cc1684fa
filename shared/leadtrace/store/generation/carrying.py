"""Revisions across generations: a row whose content stayed as it was keeps the live row's revision.

A row of other content gets a higher one than the live row has, and is remembered: it is published when its
generation takes over.
"""

from collections.abc import Sequence
from uuid import UUID

from leadtrace.store.connection import Connection
from leadtrace.store.generation.tables import Carried, Generation, GenerationTable


class Carrier:
    """The statements for the entity tables of one generation."""

    def __init__(self, generation: Generation) -> None:
        self._changes = f"{generation.schema}.rebuild_changes"
        self._forget = f"delete from {self._changes} where kind = $2 and entity_id = any($1::uuid[])"
        self._tables = {
            table.kind: (_carry(generation, table), self._remember(generation, table))
            for table in generation.tables
            if table.kind is not None
        }

    def _remember(self, generation: Generation, table: GenerationTable) -> str:
        (key,), revision = table.key, table.carried[0].revision
        return (
            f"insert into {self._changes} (kind, entity_id) "
            f"select $2, n.{key} from {generation.next(table)} n "
            f"left join {generation.live(table)} l using ({key}) "
            f"where n.{key} = any($1::uuid[]) and n.body is not null "
            f"and n.{revision} is distinct from l.{revision} on conflict do nothing"
        )

    async def carry(self, connection: Connection, kind: str, ids: Sequence[UUID]) -> None:
        """Settle the revisions of rows that this transaction holds locked."""
        if not ids:
            return
        carry, remember = self._tables[kind]
        await connection.execute(carry, ids)
        await connection.execute(self._forget, ids, kind)
        await connection.execute(remember, ids, kind)

    async def changed(self, connection: Connection) -> dict[str, list[UUID]]:
        """The rows that are to be published, by kind."""
        found: dict[str, list[UUID]] = {}
        for kind, entity in await connection.fetch(
            f"select kind, entity_id from {self._changes} order by 1, 2"
        ):
            found.setdefault(kind, []).append(entity)
        return found

    async def forget(self, connection: Connection) -> None:
        """Remember nothing any more."""
        await connection.execute(f"delete from {self._changes}")


def _carry(generation: Generation, table: GenerationTable) -> str:
    (key,), own = table.key, table.carried[0]
    higher = f"greatest(n.{own.revision}, l.{own.revision} + 1)"
    settled = {
        one.revision: f"case when {_same(one)} then l.{one.revision} else {higher} end"
        for one in table.carried
    }
    sets = ", ".join(f"{revision} = {value}" for revision, value in settled.items())
    moved = " or ".join(f"n.{revision} is distinct from {value}" for revision, value in settled.items())
    return (
        f"update {generation.next(table)} n set {sets} from {generation.live(table)} l "
        f"where n.{key} = l.{key} and n.{key} = any($1::uuid[]) and ({moved})"
    )


def _same(carried: Carried) -> str:
    return " and ".join(f"n.{column} is not distinct from l.{column}" for column in carried.content)
