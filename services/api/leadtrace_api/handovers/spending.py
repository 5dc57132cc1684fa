"""What was spent on the leads of a question, as far as spend tells it.

Postings name channels and campaigns, never whom a lead was handed to or who it is: cut or filtered by
anything else, nobody knows what was spent on them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Row, Select, cast, func, select

from leadtrace.runtime.attribution_terms import attribution_terms_by
from leadtrace_api.costs.schemas import KEYS
from leadtrace_api.handovers.found import Group
from leadtrace_api.handovers.selection import Selection
from leadtrace_api.spend_names import named_spend
from leadtrace_api.spend_tables import SPEND_DAYS

# Minor units by the currency that they count in.
Amounts: TypeAlias = Mapping[str, int]
_S = SPEND_DAYS.c
_NOTHING: Amounts = {}


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent on the days of a question; None: nobody can tell for it."""

    groups: Mapping[Group, Amounts] | None
    total: Amounts | None

    def keys(self) -> Iterable[Group]:
        """The groups that cost anything."""
        return [group for group, amounts in (self.groups or {}).items() if any(amounts.values())]

    def on(self, group: Group) -> Amounts | None:
        """What was spent on a group, or on all."""
        if group is None:
            return self.total
        return None if self.groups is None else self.groups.get(group, _NOTHING)


async def find_spending(asked: Selection) -> Spending:
    """Media and sales spend, with the channels called as those of leads are."""
    filters = asked.query.filters()
    if not filters.keys() <= set(KEYS):
        return Spending(None, None)
    channel_of = attribution_terms_by(asked.now.schedule).channel_of
    cuts = set(asked.dimensions) <= set(KEYS)
    groups: dict[Group, dict[str, int]] = {}
    total: dict[str, int] = {}
    for row in await _sums(asked):
        *dimensions, currency, minor = tuple(row)
        named = named_spend(tuple(dimensions), channel_of, filters)
        if named is None:
            continue
        _add(total, currency, minor)
        if cuts and asked.dimensions:
            key = tuple(named[name] for name in asked.dimensions)
            _add(groups.setdefault(key, {}), currency, minor)
    return Spending(groups if cuts else None, total)


async def _sums(asked: Selection) -> Sequence[Row[Any]]:
    columns = [*(_S[name] for name in KEYS), _S.counted_in]
    first, last = asked.query.first, asked.query.last
    statement: Select[Any] = select(*columns, cast(func.sum(_S.counted), BigInteger)).group_by(*columns)
    if first is not None:
        statement = statement.where(_S.day >= first)
    if last is not None:
        statement = statement.where(_S.day <= last)
    rows: Sequence[Row[Any]] = (await asked.now.connection.execute(statement)).all()
    return rows


def _add(sums: dict[str, int], currency: str, minor: int) -> None:
    sums[currency] = sums.get(currency, 0) + minor
