"""What the customers of one day's cohort brought, by group and currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from leadtrace_api.projector.step_codes import Ints

# Customers, revenue and what of it recurs are as the server writes numbers, three a row.
DAYS_OF_MONEY: Final = """
  select day, array_agg(dimension) as dimensions, array_agg(key) as keys, array_agg(currency) as currencies,
         string_agg(int8send(customers) || int8send(revenue) || int8send(recurring_revenue), ''::bytea)
           as amounts
  from api.revenue_daily
  where definition_version = $1 and basis = 'cohort' and dimension = any($2) and day = any($3)
  group by day
"""
_SENT: Final = np.dtype(">i8")
AMOUNTS: Final = 3
# What the key of a group takes in memory, nearly.
GROUP_BYTES: Final = 200

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
        return int(self.amounts.nbytes) + GROUP_BYTES * len(self.groups)


NO_MONEY: Final = DayMoney((), np.zeros((0, AMOUNTS), dtype=np.int64))


def money_of(groups: Sequence[Sequence[str] | None], amounts: bytes | None) -> DayMoney:
    """The money of a day by its dimensions, keys and currencies; none of a day without any."""
    if amounts is None:
        return NO_MONEY
    parts = [one or () for one in groups]
    return DayMoney(
        tuple(zip(*parts, strict=True)),
        np.frombuffer(amounts, _SENT).reshape(-1, AMOUNTS).astype(np.int64),
    )
