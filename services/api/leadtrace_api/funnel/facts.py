"""The funnel by any dimensions at once, and filtered by any: counted from leads, not from rollups.

Each lead is in exactly one group, and counts for what it adds to the rollups: the sums are the same.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Row, Select, func, literal_column, select, text

from leadtrace_api.funnel.day_rows import SENT
from leadtrace_api.funnel.entries import Entries, Packed, unpacked
from leadtrace_api.funnel.sums import Sums, in_order, of_entries
from leadtrace_api.leads.queries import has_key
from leadtrace_api.reading import Reading
from leadtrace_api.tables import LEADS

Key = tuple[str | None, ...]

_L = LEADS.c
_DAYS_BEFORE: ColumnElement[date] = literal_column("date '0001-01-01'")
_NOTHING: ColumnElement[bytes] = literal_column("''::bytea")
_DAYS_AT_ONCE: Final = 45
# Of a day's number the highest bit is set; codes are far below it.
_IS_DAY: ColumnElement[int] = literal_column("(-2147483648)")
_FIRST_DAY: Final = 1 << 31
# Groups are counted as leads are read, however many there are; by default they are sorted before, on disk.
_ROOM_TO_COUNT: Final = text("set local work_mem = '64MB'")


@dataclass(frozen=True, slots=True)
class Question:
    """Leads captured in the days, by so many dimensions, with one of the keys of each that is filtered."""

    by: tuple[str, ...]
    filters: Mapping[str, Sequence[str | None]]
    first: date | None
    last: date | None

    def columns(self) -> list[ColumnElement[Any]]:
        """The keys of a group."""
        return [_L[name] for name in self.by]

    def conditions(self, now: Reading) -> list[ColumnElement[bool]]:
        """Which leads are asked for."""
        return [
            _L.definition_version == now.version,
            _L.captured_at.is_not(None),
            _L.redirect_to.is_(None),
            *(has_key(_L[name], keys) for name, keys in self.filters.items()),
            *([_L.cohort_day >= self.first] if self.first else []),
            *([_L.cohort_day <= self.last] if self.last else []),
        ]


async def sums_of(now: Reading, asked: Question) -> dict[Key, Sums]:
    """The sums of each group, those with most leads first; no groups but one without dimensions."""
    size = len(asked.by)
    await now.connection.execute(_ROOM_TO_COUNT)
    ages: dict[Key, Entries] = {}
    read: Sequence[Row[Any]] = ()
    # While the database reads one turn, another thread counts the one before; and others are answered.
    for some in (*await _turns(now, asked), None):
        _, read = await asyncio.gather(asyncio.to_thread(_count, read, ages), _read(now, some))
    found = of_entries(ages)
    for row in await _all(now, _revenue(now, asked)):
        sums = found.setdefault(tuple(row[:size]), Sums())
        currency, customers, revenue, recurring = row[size:]
        sums.customers[currency], sums.revenue[currency] = customers, revenue
        sums.recurring[currency] = recurring
    return in_order({key: sums for key, sums in found.items() if sums.any()})


async def _turns(now: Reading, asked: Question) -> list[Question]:
    """The question in so few days at a time that its leads fit into memory, however many there are."""
    known = select(func.min(_L.cohort_day), func.max(_L.cohort_day)).where(
        _L.definition_version == now.version
    )
    earliest, latest = (await now.connection.execute(known)).one()
    if earliest is None:
        return []
    first, last = max(asked.first or earliest, earliest), min(asked.last or latest, latest)
    turns = range(first.toordinal(), last.toordinal() + 1, _DAYS_AT_ONCE)
    return [
        replace(asked, first=begin, last=min(begin + timedelta(days=_DAYS_AT_ONCE - 1), last))
        for begin in map(date.fromordinal, turns)
    ]


async def _read(now: Reading, asked: Question | None) -> Sequence[Row[Any]]:
    return await _all(now, _packed(now, asked)) if asked is not None else ()


def _packed(now: Reading, asked: Question) -> Select[Any]:
    """By group, one value a column: of each lead its day, marked as one, and behind it its codes."""
    columns = asked.columns()
    day = func.int4send((_L.cohort_day - _DAYS_BEFORE).op("|")(_IS_DAY))
    packed = func.string_agg(day.op("||")(_L.steps), _NOTHING)
    asked_for = select(*columns, packed).where(*asked.conditions(now), _L.steps.is_not(None))
    # Without dimensions all leads are a group, even where there are none.
    return asked_for.group_by(*columns).having(func.count() > 0)


def _count(rows: Sequence[Row[Any]], ages: dict[Key, Entries]) -> None:
    """Add what is packed in rows to what their groups have."""
    for key, more in _unpacked(rows).items():
        ages[key] = ages[key].plus([more]) if key in ages else more


def _unpacked(rows: Sequence[Row[Any]]) -> dict[Key, Entries]:
    parts = [row[-1] for row in rows]
    words = np.frombuffer(b"".join(parts), SENT)
    is_day = words >= _FIRST_DAY
    begins = np.flatnonzero(is_day)
    days, sizes = words[begins] - _FIRST_DAY, np.diff(begins, append=len(words)) - 1
    codes = words[~is_day]
    # Of each group the last word, the leads before it and the codes before it.
    ends = np.cumsum([len(part) // SENT.itemsize for part in parts])
    leads = np.searchsorted(begins, ends)
    bounds = pairwise([(0, 0), *zip(leads.tolist(), (ends - leads).tolist(), strict=True)])
    groups = [
        Packed(days[lead:next_lead], sizes[lead:next_lead], codes[code:next_code])
        for (lead, code), (next_lead, next_code) in bounds
    ]
    return dict(zip([tuple(row[:-1]) for row in rows], unpacked(groups), strict=True))


def _revenue(now: Reading, asked: Question) -> Select[Any]:
    """By group and currency: customers, what they brought, and what of it recurs; minor units."""
    columns = asked.columns()
    part = func.jsonb_each_text(_L.revenue).table_valued("key", "value", name="part")
    recurs = func.coalesce(_L.recurring.op("->>")(part.c.key).cast(BigInteger), 0)
    return (
        select(
            *columns,
            part.c.key,
            func.count(),
            func.sum(part.c.value.cast(BigInteger)).cast(BigInteger),
            func.sum(recurs).cast(BigInteger),
        )
        .select_from(LEADS.join(part, text("true")))
        .where(*asked.conditions(now), _L.revenue.is_not(None))
        .group_by(*columns, part.c.key)
    )


async def _all(now: Reading, statement: Select[Any]) -> Sequence[Row[Any]]:
    rows: Sequence[Row[Any]] = (await now.connection.execute(statement)).all()
    return rows
