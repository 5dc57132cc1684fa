"""What a reader knows of which record belongs to which entity: of each the binding of highest revision.

Only records that ever moved have a row; all others belong to the entity that their events name.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from leadtrace.store.connection import Connection

# Source and subject of a record.
Name: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A record's entity by the binding of highest revision; `founded` is None until a move told of it."""

    entity: UUID
    revision: int
    founded: UUID | None = None


class BindingStore:
    """The bindings of one schema."""

    def __init__(self, schema: str) -> None:
        self._read = (
            f"select b.source, b.subject, b.entity_id, b.revision, b.founded_id "
            f"from unnest($1::text[], $2::text[]) given (source, subject) "
            f"join {schema}.bindings b on (b.source, b.subject) = (given.source, given.subject)"
        )
        self._write = (
            f"insert into {schema}.bindings as held (source, subject, entity_id, revision, founded_id) "
            "select * from unnest($1::text[], $2::text[], $3::uuid[], $4::bigint[], $5::uuid[]) "
            "on conflict (source, subject) do update set "
            "entity_id = case when excluded.revision > held.revision then excluded.entity_id "
            "else held.entity_id end, "
            "revision = greatest(excluded.revision, held.revision), "
            "founded_id = coalesce(held.founded_id, excluded.founded_id)"
        )

    async def read(self, connection: Connection, names: Collection[Name]) -> dict[Name, Held]:
        """The bindings of those that ever moved."""
        if not names:
            return {}
        sources, subjects = [source for source, _ in names], [subject for _, subject in names]
        rows = await connection.fetch(self._read, sources, subjects)
        return {(row[0], row[1]): Held(row[2], row[3], row[4]) for row in rows}

    async def write(self, connection: Connection, bindings: Mapping[Name, Held]) -> None:
        """Keep bindings; of two the one of higher revision stays."""
        if not bindings:
            return
        ordered = sorted(bindings)
        held = [bindings[name] for name in ordered]
        await connection.execute(
            self._write,
            [source for source, _ in ordered],
            [subject for _, subject in ordered],
            [one.entity for one in held],
            [one.revision for one in held],
            [one.founded for one in held],
        )
