"""Statements on `api.postings`: the double entry of custody, dated in the world and in knowledge."""

from leadtrace.store.connection import Connection
from leadtrace_api.projector.knowing import Bookings
from leadtrace_api.projector.marginals import posting_rows
from leadtrace_api.store.columns import DATE, INT, MOMENT, TEXT, Column, arguments, rows_of

_ROWS_A_STATEMENT = 20_000
_KEY = (
    Column("definition_version", INT),
    Column("at", MOMENT),
    Column("account", TEXT),
    Column("team", TEXT),
    Column("owner", TEXT),
    Column("partner", TEXT),
    Column("known_day", DATE),
    Column("cause", TEXT),
)
_COLUMNS = (*_KEY, Column("amount", INT))
_NAMES = ", ".join(column.name for column in _COLUMNS)
_ADD = (
    f"insert into api.postings as p ({_NAMES}) "
    f"select {', '.join(column.value() for column in _COLUMNS)} from {rows_of(_COLUMNS)} "
    f"on conflict ({', '.join(column.name for column in _KEY)}) "
    "do update set amount = p.amount + excluded.amount"
)


async def add(connection: Connection, bookings: Bookings) -> None:
    """Post what became known on each day; a restatement posts the opposite of what was, and what is."""
    rows = [
        (*row[:-1], *known, row[-1]) for known in sorted(bookings) for row in posting_rows(bookings[known])
    ]
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        await connection.execute(_ADD, *arguments(_COLUMNS, rows[start : start + _ROWS_A_STATEMENT]))
