"""What the customers of one day's cohort brought, by group and currency."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import numpy as np

from leadtrace.store.connection import Connection
from leadtrace_api.projector.step_codes import Ints

# Customers, revenue and what of it recurs: as the server writes numbers, three a row.
_ROWS = """
select day - date '0001-01-01', array_agg(dimension), array_agg(key), array_agg(currency),
       string_agg(int8send(customers) || int8send(revenue) || int8send(recurring_revenue), ''::bytea)
from api.revenue_daily
where definition_version = $1 and basis = 'cohort' and dimension = any($2) and day = any($3)
group by day
"""
_SENT: Final = np.dtype(">i8")
AMOUNTS: Final = 3

MoneyKey: TypeAlias = tuple[str, str, str]
"""Dimension, key and currency; two empty texts before the currency are all leads."""


@dataclass(frozen=True, slots=True)
class Revenue:
    """What customers of one key of a dimension, or of the total, brought in one currency, in minor units."""

    dimension: str
    key: str
    currency: str
    customers: int
    revenue: int
    recurring: int


@dataclass(frozen=True, slots=True)
class DayMoney:
    """By group and currency: customers, what they brought and what of it recurs, in minor units."""

    groups: tuple[MoneyKey, ...]
    amounts: Ints

    @property
    def size(self) -> int:
        """Bytes of memory, nearly."""
        return int(self.amounts.nbytes) + 200 * len(self.groups)


NO_MONEY: Final = DayMoney((), np.zeros((0, AMOUNTS), dtype=np.int64))


async def money_of(
    connection: Connection, version: int, dimensions: Collection[str], days: Sequence[date]
) -> dict[int, DayMoney]:
    """What was brought by day, the calendar's first being 0; days without any are left out."""
    return {
        day: DayMoney(
            tuple(zip(*groups, strict=True)),
            np.frombuffer(amounts, _SENT).reshape(-1, AMOUNTS).astype(np.int64),
        )
        for day, *groups, amounts in await connection.fetch(_ROWS, version, dimensions, days)
    }
