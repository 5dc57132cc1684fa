"""The funnel by any dimensions at once, and filtered by any: counted from leads, not from rollups.

Each lead is in exactly one group, and counts for what it adds to the rollups: the sums are the same.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

import msgspec
import numpy as np
from sqlalchemy import ColumnElement, Row, Select, Text, func, literal_column, select, text

from leadtrace_api.funnel.day_money import Revenue
from leadtrace_api.funnel.day_rows import SENT
from leadtrace_api.funnel.entries import Entries, Packed, unpacked
from leadtrace_api.funnel.sums import Sums, in_order, of_entries
from leadtrace_api.leads.queries import has_key
from leadtrace_api.reading import Reading
from leadtrace_api.tables import LEADS

Key = tuple[str | None, ...]

_L = LEADS.c
_DAYS_BEFORE: ColumnElement[date] = literal_column("date '0001-01-01'")
# What a customer brought by currency, and what of it recurs.
_MONEY = msgspec.json.Decoder(list[tuple[dict[str, int], dict[str, int] | None]])
_NOTHING: ColumnElement[bytes] = literal_column("''::bytea")
_DAYS_AT_ONCE: Final = 30
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
    await now.connection.execute(_ROOM_TO_COUNT)
    counted = _Counted()
    read: Sequence[Row[Any]] = ()
    # While the database reads one turn, another thread counts the one before; and others are answered.
    for some in (*await _turns(now, asked), None):
        _, read = await asyncio.gather(asyncio.to_thread(counted.take, read), _read(now, some))
    found = of_entries(counted.ages)
    for (key, currency), amounts in counted.money.items():
        found[key].take(Revenue("", "", currency, *amounts))
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
    """By group, one value a column: what customers brought; of each lead its day, marked, and its codes."""
    columns = asked.columns()
    brought = func.jsonb_build_array(_L.revenue, _L.recurring).cast(Text)
    money = func.string_agg(brought, ",").filter(_L.revenue.is_not(None))
    day = func.int4send((_L.cohort_day - _DAYS_BEFORE).op("|")(_IS_DAY))
    codes = func.string_agg(day.op("||")(func.coalesce(_L.steps, _NOTHING)), _NOTHING)
    # Without dimensions all leads are a group, even where there are none.
    asked_for = select(*columns, money, codes).where(*asked.conditions(now))
    return asked_for.group_by(*columns).having(func.count() > 0)


class _Counted:
    """What groups have so far: steps, and by currency customers, what they brought and what of it recurs."""

    def __init__(self) -> None:
        self.ages: dict[Key, Entries] = {}
        self.money: dict[tuple[Key, str], list[int]] = {}

    def take(self, rows: Sequence[Row[Any]]) -> None:
        """Add what is packed in rows."""
        for key, more in _unpacked(rows).items():
            self.ages[key] = self.ages[key].plus([more]) if key in self.ages else more
        for *group, money, _ in map(tuple, rows):
            for revenue, recurring in _MONEY.decode(f"[{money or ''}]"):
                self._earn(tuple(group), revenue, recurring or {})

    def _earn(self, key: Key, revenue: Mapping[str, int], recurring: Mapping[str, int]) -> None:
        for currency, amount in revenue.items():
            amounts = self.money.setdefault((key, currency), [0, 0, 0])
            amounts[0] += 1
            amounts[1] += amount
            amounts[2] += recurring.get(currency, 0)


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
    return dict(zip([tuple(row[:-2]) for row in rows], unpacked(groups), strict=True))


async def _all(now: Reading, statement: Select[Any]) -> Sequence[Row[Any]]:
    rows: Sequence[Row[Any]] = (await now.connection.execute(statement)).all()
    return rows
