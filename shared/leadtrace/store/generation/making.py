"""Making and dropping the tables of the next generation: the live ones' shape, without their rows."""

from leadtrace.store.connection import Connection
from leadtrace.store.generation.showing import hide
from leadtrace.store.generation.tables import Generation

_OPTIONS = "select array_to_string(reloptions, ', ') from pg_class where oid = $1::regclass"
_COMMENT = "select format('comment on table %s is %L', $2::text, obj_description($1::regclass, 'pg_class'))"
_LAYOUT = """
select string_agg(
  attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull, ', ' order by attnum
)
from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
"""


async def make(connection: Connection, generation: Generation) -> None:
    """Empty tables of the same shape beside the live ones, in place of what an earlier rebuild left."""
    await drop(connection, generation)
    for table in generation.tables:
        live, beside = generation.live(table), generation.next(table)
        options = await connection.fetchval(_OPTIONS, live)
        await connection.execute(
            f"create table {beside} (like {live} including all)" + (f" with ({options})" if options else "")
        )
        # What is said of columns comes along by itself.
        await connection.execute(await connection.fetchval(_COMMENT, live, beside))


async def drop(connection: Connection, generation: Generation) -> None:
    """Remove the next generation, if there is one."""
    await hide(connection, generation)
    for table in generation.tables:
        await connection.execute(f"drop table if exists {generation.next(table)}")


async def analyze(connection: Connection, generation: Generation) -> None:
    """Tell PostgreSQL what the next generation's tables hold, before anybody asks them."""
    for table in generation.tables:
        await connection.execute(f"analyze {generation.next(table)}")


async def is_alike(connection: Connection, generation: Generation) -> bool:
    """Whether every table of the next generation is there and shaped like the live one."""
    for table in generation.tables:
        live = await _layout(connection, generation.live(table))
        if live != await _layout(connection, generation.next(table)):
            return False
    return True


async def _layout(connection: Connection, table: str) -> str | None:
    layout: str | None = await connection.fetchval(_LAYOUT, table)
    return layout
