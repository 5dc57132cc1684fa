"""Statements on the daily rollups: increments, summed and sorted, in one upsert a table."""

from collections.abc import Mapping, Sequence

from leadtrace.store.connection import Connection
from leadtrace_api.projector.contribution import (
    REVENUE_MEASURES,
    STAGE_MEASURES,
    Cell,
    Measure,
)
from leadtrace_api.projector.marginals import RollupRow, funnel_rows, revenue_rows

# One statement takes that many rows: arrays of millions would have to be held at once.
_ROWS_A_STATEMENT = 20_000


def _upsert(table: str, name: str, measures: Sequence[Measure]) -> str:
    columns = ["definition_version", "basis", "dimension", "day", "key", name]
    arrays = ["int", "text", "text", "date", "text", "text", *("bigint" for _ in measures)]
    cast = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(arrays, start=1))
    added = ", ".join(f"{measure} = r.{measure} + excluded.{measure}" for measure in measures)
    return (
        f"insert into {table} as r ({', '.join([*columns, *measures])}) select * from unnest({cast}) "
        f"on conflict ({', '.join(columns)}) do update set {added}"
    )


_ADD_TO_FUNNEL = _upsert("api.funnel_daily", "stage", STAGE_MEASURES)
_ADD_TO_REVENUE = _upsert("api.revenue_daily", "currency", REVENUE_MEASURES)


async def add(connection: Connection, increments: Mapping[Cell, int]) -> None:
    """Add increments to the rollups; the last writes of a transaction, because their rows are hot."""
    if increments:
        await _add(connection, _ADD_TO_FUNNEL, funnel_rows(increments))
        await _add(connection, _ADD_TO_REVENUE, revenue_rows(increments))


async def clear(connection: Connection) -> None:
    """Empty the rollups, to be filled anew within the same transaction."""
    await connection.execute("delete from api.funnel_daily")
    await connection.execute("delete from api.revenue_daily")


async def _add(connection: Connection, statement: str, rows: Sequence[RollupRow]) -> None:
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        flat = [(*cell, *amounts) for cell, amounts in rows[start : start + _ROWS_A_STATEMENT]]
        await connection.execute(statement, *map(list, zip(*flat, strict=True)))
