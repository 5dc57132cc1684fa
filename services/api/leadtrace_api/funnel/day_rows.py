"""Rows of `api.step_ages` as the api holds them: a day by one dimension, and the state that it is in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadtrace.store.connection import Connection
from leadtrace_api.funnel.entries import FIRST_ORDINAL
from leadtrace_api.projector.step_codes import PAIR, Ints

# Whoever changes a row of a day writes the day's row of all leads too. So by who wrote that one, the row's
# system column `xmin`, a day is as it was, or is not; without that row a day has none. A rebuild's tables
# take the place of those before, and what wrote both is one transaction.
_STATES = """
select string_agg(
         int4send(day - date '0001-01-01') || oidsend(tableoid) || xidsend(xmin), ''::bytea order by day
       )
from api.step_ages where definition_version = $1 and dimension = '' and day between $2 and $3
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
_STATE: Final = np.dtype([("day", ">u4"), ("state", ">u8")])
SENT: Final = np.dtype(">u4")

GroupKey: TypeAlias = tuple[str, str]
"""Dimension and key, ('', '') being all leads."""
States: TypeAlias = Mapping[int, int]
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
    """The pairs of code and count of each group of one day on end, and how many each group has."""

    state: int
    groups: tuple[GroupKey, ...]
    sizes: Ints
    pairs: NDArray[np.void]

    @property
    def size(self) -> int:
        """Bytes of memory, nearly."""
        return int(self.pairs.nbytes) + 200 * len(self.groups)


async def states_of(connection: Connection, version: int, days: Days) -> States:
    """In which state each day of the range is that has any row."""
    found = await connection.fetchval(_STATES, version, *days) or b""
    states = np.frombuffer(found, _STATE)
    return dict(zip(states["day"].tolist(), states["state"].tolist(), strict=True))


async def rows_of(
    connection: Connection, of: Of, states: States, wanted: Collection[int]
) -> dict[int, DayRows]:
    """The rows of the wanted days, which are in these states."""
    if not wanted:
        return {}
    days = [date.fromordinal(day + FIRST_ORDINAL) for day in wanted]
    found = await connection.fetch(_ROWS, of.version, {"", of.dimension}, days)
    return {
        day: DayRows(
            states[day],
            tuple(zip(dimensions, keys, strict=True)),
            np.frombuffer(sizes, SENT).astype(np.int64) // PAIR.itemsize,
            np.frombuffer(pairs, PAIR),
        )
        for day, dimensions, keys, sizes, pairs in found
    }
