"""The funnel by any dimensions at once, and filtered by any: counted from leads, not from rollups.

Each lead is in exactly one group, and counts for what it adds to the rollups: the sums are the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Row, Select, func, literal_column, select, text

from leadtrace_api.funnel.entries import Packed, unpacked
from leadtrace_api.funnel.step_ages import SENT
from leadtrace_api.funnel.sums import Sums, in_order, of_entries
from leadtrace_api.leads.queries import has_key
from leadtrace_api.reading import Reading
from leadtrace_api.tables import LEADS

Key = tuple[str | None, ...]

_L = LEADS.c
_DAYS_BEFORE: ColumnElement[date] = literal_column("date '0001-01-01'")
# A lead's codes on end, as the server writes numbers: they come as one value.
_PACKED: ColumnElement[bytes] = literal_column("string_agg(int4send(code), ''::bytea)")


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
    packed: dict[Key, list[tuple[int, bytes]]] = {}
    for row in await _all(now, _codes(now, asked)):
        packed.setdefault(tuple(row[:size]), []).append((row[size], row[size + 1]))
    ages = unpacked([_packed(rows) for rows in packed.values()])
    found = of_entries(dict(zip(packed, ages, strict=True)))
    for row in await _all(now, _revenue(now, asked)):
        sums = found.setdefault(tuple(row[:size]), Sums())
        currency, customers, revenue, recurring = row[size:]
        sums.customers[currency], sums.revenue[currency] = customers, revenue
        sums.recurring[currency] = recurring
    return in_order({key: sums for key, sums in found.items() if sums.any()})


def _packed(rows: Sequence[tuple[int, bytes]]) -> Packed:
    codes = np.frombuffer(b"".join([packed for _, packed in rows]), SENT)
    sizes = np.array([len(packed) // SENT.itemsize for _, packed in rows])
    return Packed(np.array([day for day, _ in rows]), sizes, codes)


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


def _codes(now: Reading, asked: Question) -> Select[Any]:
    """By group and day of capture, counted from the calendar's first: how steps stand."""
    columns = asked.columns()
    code = func.unnest(_L.steps).table_valued("code", name="step").render_derived()
    day = _L.cohort_day - _DAYS_BEFORE
    return (
        select(*columns, day, _PACKED)
        .select_from(LEADS.join(code, text("true")))
        .where(*asked.conditions(now))
        .group_by(*columns, _L.cohort_day)
    )


async def _all(now: Reading, statement: Select[Any]) -> Sequence[Row[Any]]:
    rows: Sequence[Row[Any]] = (await now.connection.execute(statement)).all()
    return rows
