"""The takeover: in one transaction the next generation's tables get the names of the live ones.

Whoever reads goes on with the old rows until it commits and finds the new ones afterwards; names of indexes
stay as they were, and views and triggers of these tables are made anew over the new ones.
"""

from dataclasses import dataclass

from leadtrace.store.connection import Connection
from leadtrace.store.generation.showing import hide
from leadtrace.store.generation.tables import Generation

_BEFORE = "_before"
_TRIGGERS = """
select pg_get_triggerdef(oid) from pg_trigger
where tgrelid = $1::regclass and not tgisinternal order by tgname
"""
# The order of a table's indexes, whatever they are called: what they are over, and how.
_INDEXES = """
select i.relname::text from pg_index x join pg_class i on i.oid = x.indexrelid
where x.indrelid = $1::regclass
order by x.indisprimary, x.indisunique, substring(pg_get_indexdef(i.oid) from ' USING .*')
"""
_VIEWS = """
select distinct v.oid::regclass::text as name, pg_get_viewdef(v.oid) as body
from pg_depend d join pg_rewrite r on r.oid = d.objid join pg_class v on v.oid = r.ev_class
where d.classid = 'pg_rewrite'::regclass and v.relkind = 'v' and d.refobjid = any($1::regclass[])
order by 1
"""


@dataclass(frozen=True, slots=True)
class _View:
    name: str
    body: str


async def take_over(connection: Connection, generation: Generation) -> None:
    """Put the next generation in the place of the live one; call it within a transaction.

    Raises:
        asyncpg.LockNotAvailableError: somebody reads what is to be replaced; try again a little later.
    """
    await hide(connection, generation)
    views = await _views(connection, generation)
    await _lock(connection, generation, views)
    names = {table: await _indexes(connection, generation.live(table)) for table in generation.tables}
    triggers = [
        one for table in generation.tables for one in await _triggers(connection, generation.live(table))
    ]
    for table in generation.tables:
        await connection.execute(f"alter table {generation.live(table)} rename to {table.name}{_BEFORE}")
        await connection.execute(f"alter table {generation.next(table)} rename to {table.name}")
    for view in views:
        await connection.execute(f"create or replace view {view.name} as {view.body}")
    for table in generation.tables:
        await connection.execute(f"drop table {generation.live(table)}{_BEFORE}")
        made = await _indexes(connection, generation.live(table))
        for old, new in zip(names[table], made, strict=True):
            await connection.execute(f"alter index {generation.schema}.{new} rename to {old}")
    for trigger in triggers:
        await connection.execute(trigger)


async def _views(connection: Connection, generation: Generation) -> list[_View]:
    tables = [generation.live(table) for table in generation.tables]
    return [_View(row["name"], row["body"]) for row in await connection.fetch(_VIEWS, tables)]


async def _lock(connection: Connection, generation: Generation, views: list[_View]) -> None:
    # A reader of a view holds the view before the table: taken in the same order nobody waits in a circle.
    for view in views:
        await connection.execute(f"lock table {view.name} in access exclusive mode")
    for table in generation.tables:
        await connection.execute(f"lock table {generation.live(table)} in access exclusive mode")
        await connection.execute(f"lock table {generation.next(table)} in access exclusive mode")


async def _triggers(connection: Connection, table: str) -> list[str]:
    """How those of a table are made, naming it as it is called."""
    return [row[0] for row in await connection.fetch(_TRIGGERS, table)]


async def _indexes(connection: Connection, table: str) -> list[str]:
    return [row[0] for row in await connection.fetch(_INDEXES, table)]
