"""What the api holds of a day by one dimension: its steps, its money, and the state that both are in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadtrace.store.connection import Connection
from leadtrace_api.funnel.day_money import DAYS_OF_MONEY, GROUP_BYTES, DayMoney, money_of
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
_ROWS = f"""
select day - date '0001-01-01',
       s.dimensions, s.keys, sizes, entries, m.dimensions, m.keys, currencies, amounts
from (
  select day, array_agg(dimension) as dimensions, array_agg(key) as keys,
         string_agg(int4send(octet_length(entries)), ''::bytea) as sizes,
         string_agg(entries, ''::bytea) as entries
  from api.step_ages
  where definition_version = $1 and dimension = any($2) and day = any($3)
  group by day
) s full join ({DAYS_OF_MONEY}) m using (day)
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
        return int(self.pairs.nbytes) + GROUP_BYTES * len(self.groups) + self.money.size


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
    days = [date.fromordinal(day + FIRST_ORDINAL) for day in wanted]
    rows = await connection.fetch(_ROWS, of.version, {"", of.dimension}, days)
    return {day: _day(states[day], row[:4], money_of(row[4:7], row[7])) for day, *row in rows}


def _day(state: bytes, steps: Sequence[Any], money: DayMoney) -> DayRows:
    # A day may have money and no steps.
    dimensions, keys, sizes, pairs = steps if steps[0] is not None else ((), (), b"", b"")
    return DayRows(
        state,
        tuple(zip(dimensions, keys, strict=True)),
        np.frombuffer(sizes, SENT).astype(np.int64) // PAIR.itemsize,
        np.frombuffer(pairs, PAIR),
        money,
    )
