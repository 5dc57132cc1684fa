"""Sums of the daily rollups, for one basis, one dimension and a range of days."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import TextClause, text

from leadtrace_api.projector.contribution import Basis
from leadtrace_api.reading import Reading


@dataclass(frozen=True, slots=True)
class Slice:
    """Which cells are asked for: without a day no bound, without `keys` the whole dimension.

    `known` asks for them as known at the close of that day; None: now.
    """

    basis: Basis
    dimension: str
    first: date | None
    last: date | None
    keys: tuple[str | None, ...] = ()
    known: date | None = None


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
    """What customers of one key of a dimension, or of the total, brought in one currency, in minor units."""

    dimension: str
    key: str
    currency: str
    customers: int
    revenue: int
    recurring: int


@dataclass(frozen=True, slots=True)
class UnlinkedDeals:
    """Won deals that no lead is linked to: without a currency how many, with one what these brought in it."""

    currency: str | None
    deals: int
    revenue: int


# Written out, because the funnel is asked most: building a statement anew took as long as its answer.
_CELLS = "definition_version = :version and basis = :basis and dimension in ('', :dimension)"
_DAYS = "between :first and :last"


def _known_days(table: str, known: str = "") -> TextClause:
    return text(f"""
select min(day), max(day) from api.{table}
where definition_version = :version and basis = :basis and dimension = ''{known}
""")


def _stage_counts(table: str, known: str = "") -> TextClause:
    return text(f"""
select dimension, key, stage, sum(entered)::bigint, sum(reached)::bigint, sum(current)::bigint
from api.{table} where {_CELLS} and day {_DAYS}{known}
group by dimension, key, stage
""")


def _revenues(table: str, known: str = "") -> TextClause:
    return text(f"""
select dimension, key, currency,
       sum(customers)::bigint, sum(revenue)::bigint, sum(recurring_revenue)::bigint
from api.{table} where {_CELLS} and day {_DAYS}{known}
group by dimension, key, currency
""")


# What is known now, and as known at the close of a day: the sum of the differences booked until then.
_UNTIL = " and known_day <= :known"
_NOW = (_known_days("funnel_daily"), _stage_counts("funnel_daily"), _revenues("revenue_daily"))
_THEN = (
    _known_days("funnel_known", _UNTIL),
    _stage_counts("funnel_known", _UNTIL),
    _revenues("revenue_known", _UNTIL),
)
_UNLINKED_DEALS = text(f"""
with unlinked as (
  select coalesce(
           revenue, case when currency is not null then jsonb_build_object(currency, coalesce(amount, 0)) end
         ) as brought
  from api.deals
  where definition_version = :version and status = 'won' and leads = 0 and redirect_to is null
    and closed_day {_DAYS}
)
select null as currency, count(*) as deals, 0::bigint as revenue from unlinked
union all
select part.key, 0, sum(part.value::bigint)::bigint from unlinked, jsonb_each_text(brought) part
group by part.key
""")


async def known_days(
    reading: Reading, basis: Basis, known: date | None = None
) -> tuple[date | None, date | None]:
    """The first and the last day of which anything is or was known; None where nothing is."""
    statement = _NOW[0] if known is None else _THEN[0]
    parameters = {"version": reading.version, "basis": basis.value, **_known(known)}
    first, last = (await reading.connection.execute(statement, parameters)).one()
    return first, last


async def stage_counts(reading: Reading, asked: Slice) -> list[StageCount]:
    """The counts of every stage of every key that has any, and of the total.

    The leads without a key are what the keys leave of the total, so both are read.
    """
    statement = _NOW[1] if asked.known is None else _THEN[1]
    rows = await reading.connection.execute(statement, _cells(reading, asked))
    return [StageCount(*row) for row in rows if any(row[3:])]


async def revenues(reading: Reading, asked: Slice) -> list[Revenue]:
    """The revenue of every key that has any, and of the total, by currency."""
    statement = _NOW[2] if asked.known is None else _THEN[2]
    rows = await reading.connection.execute(statement, _cells(reading, asked))
    return [Revenue(*row) for row in rows if any(row[3:])]


async def unlinked_deals(reading: Reading, asked: Slice) -> list[UnlinkedDeals]:
    """Won deals without a lead that closed within the days: having no lead, they have no capture day."""
    parameters = {"version": reading.version, **_days(asked)}
    rows = await reading.connection.execute(_UNLINKED_DEALS, parameters)
    return [UnlinkedDeals(*row) for row in rows]


def _cells(reading: Reading, asked: Slice) -> dict[str, object]:
    return {
        "version": reading.version,
        "basis": asked.basis.value,
        "dimension": asked.dimension,
        **_days(asked),
        **_known(asked.known),
    }


def _known(known: date | None) -> dict[str, object]:
    return {} if known is None else {"known": known}


def _days(asked: Slice) -> dict[str, object]:
    # The driver sends the ends of Python's calendar as PostgreSQL's infinities.
    return {"first": asked.first or date.min, "last": asked.last or date.max}
