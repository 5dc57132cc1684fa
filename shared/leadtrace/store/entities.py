"""Entities: one row per lead or deal, holding its set, the fold's cache and the newest snapshot.

Rows are made and locked in id order before anything of them is read, and written once at the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from leadtrace.store.connection import Connection

_COLUMNS = (
    ("definition_version", "int"),
    ("fold_version", "int"),
    ("event_count", "int"),
    ("ignored_count", "int"),
    ("revision", "bigint"),
    ("redirect_to", "uuid"),
    ("corrected", "boolean"),
    ("body_hash", "bytea"),
    ("last_key", "bytea"),
    ("stuck_error", "text"),
    ("state", "bytea"),
)


@dataclass(slots=True)
class EntityRow:
    """One row, locked: what is in it and what this transaction makes of it.

    `segment` is what to append to the set, or to put in its place when `replaces`; `body` is None while
    the snapshot stays as it was; `corrected` says that a correction is in the set. `extras` are the service's
    own columns, in the order it declared them.
    """

    entity_id: UUID
    definition_version: int = 0
    fold_version: int = 0
    event_count: int = 0
    ignored_count: int = 0
    revision: int = 0
    redirect_to: UUID | None = None
    corrected: bool = False
    body_hash: bytes | None = None
    last_key: bytes | None = None
    stuck_error: str | None = None
    state: bytes | None = None
    segment: bytes = b""
    replaces: bool = False
    body: bytes | None = None
    extras: list[object] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StoredBody:
    """The newest snapshot of a row; `extras` are the service's own columns."""

    entity_id: UUID
    definition_version: int
    revision: int
    body: bytes
    extras: tuple[object, ...]


class EntityTable:
    """Statements for one entity table; `extras` are (column, PostgreSQL type) of the service's own."""

    def __init__(
        self, schema: str, table: str, id_column: str, extras: Sequence[tuple[str, str]] = ()
    ) -> None:
        self.name = f"{schema}.{table}"
        self._id = id_column
        loaded = [*_COLUMNS, *extras]
        names = ", ".join(name for name, _ in loaded)
        self._create = (
            f"insert into {self.name} ({id_column}) select unnest($1::uuid[]) on conflict do nothing"
        )
        self._lock = (
            f"select {id_column}, {names} from {self.name} where {id_column} = any($1::uuid[]) "
            f"order by {id_column} for update"
        )
        self._facts = f"select {id_column}, facts from {self.name} where {id_column} = any($1::uuid[])"
        own = "".join(f", {name}" for name, _ in extras)
        self._bodies = (
            f"select {id_column}, definition_version, revision, body{own} from {self.name} "
            f"where {id_column} = any($1::uuid[]) and body is not null"
        )
        self._save = self._save_statement(loaded)
        self._width = len(_COLUMNS)

    def _save_statement(self, loaded: Sequence[tuple[str, str]]) -> str:
        written = [*loaded, ("segment", "bytea"), ("replaces", "boolean"), ("new_body", "bytea")]
        arrays = ", ".join(f"${n}::{kind}[]" for n, (_, kind) in enumerate(written, start=2))
        sets = ", ".join(f"{name} = u.{name}" for name, _ in loaded)
        aliases = ", ".join(name for name, _ in written)
        return (
            f"update {self.name} t set {sets}, body = coalesce(u.new_body, t.body), "
            f"facts = case when u.replaces then u.segment else t.facts || u.segment end "
            f"from unnest($1::uuid[], {arrays}) as u ({self._id}, {aliases}) "
            f"where t.{self._id} = u.{self._id}"
        )

    async def lock(self, connection: Connection, ids: Iterable[UUID]) -> dict[UUID, EntityRow]:
        """Make the missing rows and lock all, in id order; the sets themselves are not read."""
        ordered = sorted(set(ids))
        if not ordered:
            return {}
        await connection.execute(self._create, ordered)
        return {row[0]: self._row(row) for row in await connection.fetch(self._lock, ordered)}

    def _row(self, record: asyncpg.Record) -> EntityRow:
        values = tuple(record)
        known = {name: values[n] for n, (name, _) in enumerate(_COLUMNS, start=1)}
        return EntityRow(values[0], **known, extras=list(values[1 + self._width :]))

    async def facts(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """The stored sets of rows that this transaction has locked."""
        return {row[0]: row[1] for row in await connection.fetch(self._facts, ids)} if ids else {}

    async def bodies(self, connection: Connection, ids: Sequence[UUID]) -> list[StoredBody]:
        """The newest snapshots of the rows that have one, as they now stand."""
        rows = await connection.fetch(self._bodies, ids)
        return [StoredBody(row[0], row[1], row[2], row[3], tuple(row)[4:]) for row in rows]

    async def save(self, connection: Connection, rows: Sequence[EntityRow]) -> None:
        """Write locked rows back in one statement."""
        if not rows:
            return
        columns: list[list[object]] = [[row.entity_id for row in rows]]
        columns += [[getattr(row, name) for row in rows] for name, _ in _COLUMNS]
        columns += [[row.extras[n] for row in rows] for n in range(len(rows[0].extras))]
        columns += [[row.segment for row in rows], [row.replaces for row in rows], [row.body for row in rows]]
        await connection.execute(self._save, *columns)
