"""Which tables a generation consists of, and the connection through which the same code works on the next.

Statements are written once, and name the live tables. Through `Generation.beside` they reach the tables of
the next generation instead, so that whatever a handler does to the live rows it does to the others too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import asyncpg

from leadtrace.store.connection import Connection

NEXT = "_next"
# Which record belongs to which entity, as every reader keeps it.
BOUND_BY = ("entity_id", "founded_id")
# A row that was only ever locked says the same as one that is not there.
SAYS_ANYTHING = "event_count > 0 or body is not null or redirect_to is not null"


@dataclass(frozen=True, slots=True)
class Carried:
    """A revision, and the columns that say what it names: while these are equal, so is the revision."""

    revision: str
    content: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GenerationTable:
    """One table of a generation.

    An entity's table has a `kind` (of its notes), its revisions as `carried`, the row's own first, and a
    column `packed` that holds its set. `counts` is the condition for rows that say anything, `paths` are
    columns that remember how a row came about, so that rows that say the same may differ in them. A table
    that only does that is not compared. `remembered_by` names the columns with ids of leads and deals in a
    table that says what no set holds: where events are kept no longer, its rows are taken over as they are.
    `shown` is a view, with its columns, that shows other services the rows of a shadow.
    """

    name: str
    key: tuple[str, ...]
    kind: str | None = None
    carried: tuple[Carried, ...] = ()
    packed: str = "facts"
    counts: str = "true"
    paths: tuple[str, ...] = ()
    compared: bool = True
    remembered_by: tuple[str, ...] = ()
    shown: tuple[str, str] | None = None


class Generation:
    """The tables of one schema that are rebuilt together, in the order in which they are locked."""

    def __init__(self, schema: str, tables: Sequence[GenerationTable]) -> None:
        self.schema = schema
        self.tables = tuple(tables)
        names = "|".join(re.escape(table.name) for table in tables)
        self._named = re.compile(rf"\b{re.escape(schema)}\.({names})\b")
        self._known: dict[str, str] = {}

    def live(self, table: GenerationTable) -> str:
        """The name of the table that is read and written now."""
        return f"{self.schema}.{table.name}"

    def next(self, table: GenerationTable) -> str:
        """The name of its like in the next generation."""
        return f"{self.schema}.{table.name}{NEXT}"

    def statement(self, live: str) -> str:
        """The same statement over the tables of the next generation."""
        known = self._known.get(live)
        if known is None:
            known = self._known[live] = self._named.sub(rf"{self.schema}.\1{NEXT}", live)
        return known

    def beside(self, connection: Connection) -> Connection:
        """The same connection, on which statements reach the next generation."""
        # A stand-in for the few methods that handlers use: any other is missing, and cannot reach live rows.
        return cast(Connection, _Beside(connection, self))


def is_beside(connection: Connection) -> bool:
    """Whether statements on the connection reach the next generation, of which nobody is told yet."""
    return isinstance(connection, _Beside)


class _Beside:
    """Hands statements on with the names of the next generation in them."""

    def __init__(self, connection: Connection, generation: Generation) -> None:
        self._connection = connection
        self._statement = generation.statement

    async def execute(self, query: str, *args: Any) -> str:
        return await self._connection.execute(self._statement(query), *args)

    async def executemany(self, query: str, args: Sequence[Sequence[Any]]) -> None:
        await self._connection.executemany(self._statement(query), args)

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:
        return await self._connection.fetch(self._statement(query), *args)

    async def fetchrow(self, query: str, *args: Any) -> asyncpg.Record | None:
        return await self._connection.fetchrow(self._statement(query), *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        return await self._connection.fetchval(self._statement(query), *args)

    def transaction(self) -> Any:
        return self._connection.transaction()
