"""Statements on `api.step_ages`: rows are locked in one order, added to here and written back whole."""

from collections.abc import Mapping, Sequence

from leadtrace.runtime.logging import get_logger
from leadtrace.store.connection import Connection
from leadtrace_api.projector.step_ages import Increments, RowKey, rows
from leadtrace_api.projector.step_codes import merged
from leadtrace_api.store.columns import (
    BYTES,
    DATE,
    INT,
    TEXT,
    Column,
    arguments,
    rows_of,
    update_statement,
)

# About 2 kB each.
_ROWS_A_STATEMENT = 5_000

_KEY = (
    Column("definition_version", INT),
    Column("dimension", TEXT),
    Column("day", DATE),
    Column("key", TEXT),
)
_ENTRIES = Column("entries", BYTES)
_PLACE = Column("place", INT)
_NAMES = ", ".join(column.name for column in _KEY)
_SAME = " and ".join(f"t.{column.name} = u.{column.name}" for column in _KEY)

# A row that is there is locked and left: the condition is looked at when it is held. Unlike a lock by
# `select`, this also waits for who deletes it, and then makes it anew.
_TAKE = f"""
insert into api.step_ages ({_NAMES}, entries)
select * from {rows_of([*_KEY, _ENTRIES])}
on conflict ({_NAMES}) do update set entries = excluded.entries where false
returning {_NAMES}
"""
_HELD = f"select u.place, t.entries from {rows_of([*_KEY, _PLACE])} join api.step_ages t on {_SAME}"
_SAVE = update_statement("api.step_ages", _KEY, [_ENTRIES])
_DROP = f"delete from api.step_ages t using {rows_of(_KEY)} where {_SAME}"

_log = get_logger("leadtrace_api.step_ages")


async def add(connection: Connection, increments: Increments) -> None:
    """Add what leads add; among the last writes of a transaction, because its rows are hot."""
    ordered = rows(increments)
    for start in range(0, len(ordered), _ROWS_A_STATEMENT):
        await _add(connection, ordered[start : start + _ROWS_A_STATEMENT])


async def clear(connection: Connection) -> None:
    """Empty the table, to be filled anew within the same transaction."""
    await connection.execute("delete from api.step_ages")


async def _add(connection: Connection, added: Sequence[tuple[RowKey, Mapping[int, int]]]) -> None:
    keys, counts = [key for key, _ in added], [one for _, one in added]
    made = await _take(connection, keys, merged([b""] * len(keys), counts).rows)
    held = await _held(connection, [key for key in keys if key not in made])
    after = merged([held.get(key, b"") for key in keys], counts)
    if after.lacking:
        # Somebody else wrote these rows, or did not: a rebuild tells which and puts it right.
        _log.error("step_ages.taken_out_more_than_in", leads=after.lacking)
    changed = list(zip(keys, after.rows, strict=True))
    if full := [(*key, entries) for key, entries in changed if entries and key not in made]:
        await connection.execute(_SAVE, *arguments([*_KEY, _ENTRIES], full))
    if empty := [key for key, entries in changed if not entries]:
        await connection.execute(_DROP, *arguments(_KEY, empty))


async def _take(connection: Connection, keys: Sequence[RowKey], entries: Sequence[bytes]) -> set[RowKey]:
    """Lock the rows in the order given; those that were not there yet are made with these entries."""
    taken = [(*key, one) for key, one in zip(keys, entries, strict=True)]
    return {RowKey(*row) for row in await connection.fetch(_TAKE, *arguments([*_KEY, _ENTRIES], taken))}


async def _held(connection: Connection, keys: Sequence[RowKey]) -> dict[RowKey, bytes]:
    if not keys:
        return {}
    numbered = [(*key, place) for place, key in enumerate(keys)]
    rows_held = await connection.fetch(_HELD, *arguments([*_KEY, _PLACE], numbered))
    return {keys[place]: entries for place, entries in rows_held}
