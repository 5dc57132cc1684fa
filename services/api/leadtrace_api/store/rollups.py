"""Statements on the daily rollups: increments, summed and in one order, in one upsert a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from leadtrace.store.connection import Connection
from leadtrace_api.projector.contribution import REVENUE_MEASURES, STAGE_MEASURES, Cell, Measure
from leadtrace_api.projector.marginals import funnel_rows, revenue_rows
from leadtrace_api.store.columns import DATE, INT, TEXT, Column, arguments, rows_of

# One statement takes that many rows: literals of millions would have to be held at once.
_ROWS_A_STATEMENT = 20_000


class Rollup:
    """The upsert of one table; the name of what is counted is a stage or a currency, `beside` more keys."""

    def __init__(
        self, table: str, name: str, measures: Sequence[Measure], beside: Sequence[Column] = ()
    ) -> None:
        cell = (
            Column("definition_version", INT),
            Column("basis", TEXT),
            Column("day", DATE),
            Column(name, TEXT),
            Column("dimension", TEXT),
            Column("key", TEXT),
            *beside,
        )
        self._columns = (*cell, *(Column(measure, INT) for measure in measures))
        names = ", ".join(column.name for column in self._columns)
        unique = ", ".join(column.name for column in cell)
        added = ", ".join(f"{measure} = r.{measure} + excluded.{measure}" for measure in measures)
        self._statement = (
            f"insert into {table} as r ({names}) select * from {rows_of(self._columns)} "
            f"on conflict ({unique}) do update set {added}"
        )

    async def add(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add each row, its amounts last, to the one that is there, or make it."""
        for start in range(0, len(rows), _ROWS_A_STATEMENT):
            flat = [(*row[:-1], *row[-1]) for row in rows[start : start + _ROWS_A_STATEMENT]]
            await connection.execute(self._statement, *arguments(self._columns, flat))


_FUNNEL = Rollup("api.funnel_daily", "stage", STAGE_MEASURES)
_REVENUE = Rollup("api.revenue_daily", "currency", REVENUE_MEASURES)


async def add(connection: Connection, increments: Mapping[Cell, int]) -> None:
    """Add increments to the rollups; the last writes of a transaction, because their rows are hot."""
    await _FUNNEL.add(connection, funnel_rows(increments))
    await _REVENUE.add(connection, revenue_rows(increments))


async def clear(connection: Connection) -> None:
    """Empty the rollups, to be filled anew within the same transaction."""
    await connection.execute("delete from api.funnel_daily")
    await connection.execute("delete from api.revenue_daily")
