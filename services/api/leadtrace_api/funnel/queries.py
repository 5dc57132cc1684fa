"""Sums of the daily rollups, for one basis, one dimension and a range of days."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Table, and_, func, select

from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import TOTAL
from leadtrace_api.reading import Reading
from leadtrace_api.tables import DEALS, FUNNEL_DAILY, REVENUE_DAILY


@dataclass(frozen=True, slots=True)
class Slice:
    """Which cells are asked for: without a day no bound, without `keys` the whole dimension."""

    basis: Basis
    dimension: str
    first: date | None
    last: date | None
    keys: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class StageCount:
    """The counts of one stage of one key of a dimension, or of the total."""

    dimension: str
    key: str
    stage: str
    entered: int
    reached: int
    current: int


@dataclass(frozen=True, slots=True)
class Revenue:
    """Won shares of one key of a dimension, or of the total, in one currency, in minor units."""

    dimension: str
    key: str
    currency: str
    revenue: int


@dataclass(frozen=True, slots=True)
class UnlinkedDeals:
    """Won deals that no lead is linked to, in one currency; None where no amount is known."""

    currency: str | None
    deals: int
    revenue: int


async def known_days(reading: Reading, basis: Basis) -> tuple[date | None, date | None]:
    """The first and the last day of which anything is known; None where nothing is."""
    cells = FUNNEL_DAILY.c
    statement = select(func.min(cells.day), func.max(cells.day)).where(
        cells.definition_version == reading.version, cells.basis == basis.value, cells.dimension == TOTAL
    )
    first, last = (await reading.connection.execute(statement)).one()
    return first, last


async def stage_counts(reading: Reading, asked: Slice) -> list[StageCount]:
    """The counts of every stage of every key that has any, and of the total."""
    cells = FUNNEL_DAILY.c
    sums = (func.sum(cells.entered), func.sum(cells.reached), func.sum(cells.current))
    statement = (
        select(cells.dimension, cells.key, cells.stage, *sums)
        .where(_within(FUNNEL_DAILY, reading, asked))
        .group_by(cells.dimension, cells.key, cells.stage)
    )
    rows = await reading.connection.execute(statement)
    return [
        StageCount(dimension, key, stage, int(entered), int(reached), int(current))
        for dimension, key, stage, entered, reached, current in rows
        if entered or reached or current
    ]


async def revenues(reading: Reading, asked: Slice) -> list[Revenue]:
    """The revenue of every key that has any, and of the total, by currency."""
    cells = REVENUE_DAILY.c
    statement = (
        select(cells.dimension, cells.key, cells.currency, func.sum(cells.revenue))
        .where(_within(REVENUE_DAILY, reading, asked))
        .group_by(cells.dimension, cells.key, cells.currency)
    )
    rows = await reading.connection.execute(statement)
    return [Revenue(*row[:3], int(row[3])) for row in rows if row[3]]


async def unlinked_deals(reading: Reading, asked: Slice) -> list[UnlinkedDeals]:
    """Won deals without a lead that closed within the days: having no lead, they have no capture day."""
    deals = DEALS.c
    statement = (
        select(deals.currency, func.count(), func.coalesce(func.sum(deals.amount), 0))
        .where(
            deals.definition_version == reading.version,
            deals.status == "won",
            deals.leads == 0,
            deals.redirect_to.is_(None),
            *_between(deals.closed_day, asked),
        )
        .group_by(deals.currency)
    )
    rows = await reading.connection.execute(statement)
    return [UnlinkedDeals(currency, count, int(revenue)) for currency, count, revenue in rows]


def _within(table: Table, reading: Reading, asked: Slice) -> ColumnElement[bool]:
    # The leads without a key are what the keys leave of the total, so both are read.
    cells = table.c
    return and_(
        cells.definition_version == reading.version,
        cells.basis == asked.basis.value,
        cells.dimension.in_(sorted({TOTAL, asked.dimension})),
        *_between(cells.day, asked),
    )


def _between(day: ColumnElement[date], asked: Slice) -> list[ColumnElement[bool]]:
    first = [day >= asked.first] if asked.first is not None else []
    last = [day <= asked.last] if asked.last is not None else []
    return first + last
