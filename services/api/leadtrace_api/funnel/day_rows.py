"""What the api holds of a day by one dimension: its steps, its money, and the state that both are in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadtrace.store.connection import Connection
from leadtrace_api.funnel.day_money import NO_MONEY, DayMoney, money_of
from leadtrace_api.funnel.entries import FIRST_ORDINAL
from leadtrace_api.projector.step_codes import PAIR, Ints

# Whoever changes a row of a day, in either table, writes the table's row of all leads of that day too. So by
# who wrote those, the rows' system column `xmin`, a day is as it was, or is not. A rebuild's tables take the
# place of those before, and what wrote both is one transaction.
_STATES = """
select string_agg(
         int4send(day - date '0001-01-01') || oidsend(relation) || xidsend(written), ''::bytea
         order by day, currency
       )
from (
  select day, '' as currency, tableoid as relation, xmin as written from api.step_ages
  where definition_version = $1 and dimension = '' and day between $2 and $3
  union all
  select day, currency, tableoid, xmin from api.revenue_daily
  where definition_version = $1 and basis = 'cohort' and dimension = '' and day between $2 and $3
) of_all_leads
"""
# A value a day is quickly read. The aggregates of one group see its rows in one order.
_ROWS = """
select day - date '0001-01-01', array_agg(dimension), array_agg(key),
       string_agg(int4send(octet_length(entries)), ''::bytea), string_agg(entries, ''::bytea)
from api.step_ages
where definition_version = $1 and dimension = any($2) and day = any($3)
group by day
"""
# As the server writes numbers.
_STATE: Final = np.dtype([("day", ">u4"), ("written", "V8")])
SENT: Final = np.dtype(">u4")

GroupKey: TypeAlias = tuple[str, str]
"""Dimension and key, ('', '') being all leads."""
States: TypeAlias = Mapping[int, bytes]
"""By day, the calendar's first being 0."""


class Of(NamedTuple):
    """By which definitions rows are, and by which dimension, beside all leads."""

    version: int
    dimension: str


class Days(NamedTuple):
    """The first and the last day of a range."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class DayRows:
    """The pairs of code and count of each group of one day on end, how many each group has, and its money."""

    state: bytes
    groups: tuple[GroupKey, ...]
    sizes: Ints
    pairs: NDArray[np.void]
    money: DayMoney

    @property
    def size(self) -> int:
        """Bytes of memory, nearly."""
        return int(self.pairs.nbytes) + 200 * len(self.groups) + self.money.size


async def states_of(connection: Connection, version: int, days: Days) -> States:
    """In which state each day of the range is that has any row."""
    found = await connection.fetchval(_STATES, version, *days) or b""
    rows = np.frombuffer(found, _STATE)
    states: dict[int, bytes] = {}
    for day, written in zip(rows["day"].tolist(), rows["written"].tolist(), strict=True):
        states[day] = states.get(day, b"") + written
    return states


async def rows_of(
    connection: Connection, of: Of, states: States, wanted: Collection[int]
) -> dict[int, DayRows]:
    """The rows of the wanted days, which are in these states."""
    if not wanted:
        return {}
    asked = (of.version, {"", of.dimension}, [date.fromordinal(day + FIRST_ORDINAL) for day in wanted])
    steps = {row[0]: tuple(row) for row in await connection.fetch(_ROWS, *asked)}
    money = await money_of(connection, *asked)
    return {day: _day(states[day], steps.get(day), money.get(day, NO_MONEY)) for day in wanted}


def _day(state: bytes, steps: Sequence[Any] | None, money: DayMoney) -> DayRows:
    _, dimensions, keys, sizes, pairs = steps or (0, (), (), b"", b"")
    return DayRows(
        state,
        tuple(zip(dimensions, keys, strict=True)),
        np.frombuffer(sizes, SENT).astype(np.int64) // PAIR.itemsize,
        np.frombuffer(pairs, PAIR),
        money,
    )
