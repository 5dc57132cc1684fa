"""Sums of the daily rollups, for one basis, one dimension and a range of days."""

from dataclasses import dataclass
from datetime import date

from leadtrace_api.funnel.day_money import Revenue
from leadtrace_api.funnel.day_rows import Days
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.reading import Reading, fetched


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

    @property
    def days(self) -> Days:
        """From the first day on to the last one."""
        # The driver sends the ends of Python's calendar as PostgreSQL's infinities.
        return Days(self.first or date.min, self.last or date.max)


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
class UnlinkedDeals:
    """Won deals that no lead is linked to: without a currency how many, with one what these brought in it."""

    currency: str | None
    deals: int
    revenue: int


# Written out, and asked of the driver: the funnel is asked most, and what SQLAlchemy does took as long as the
# answer.
_CELLS = "definition_version = $1 and basis = $2 and dimension in ('', $3) and day between $4 and $5"


def _known_days(table: str, known: str = "") -> str:
    return f"""
select min(day), max(day) from api.{table}
where definition_version = $1 and basis = $2 and dimension = ''{known}
"""


def _stage_counts(table: str, known: str = "") -> str:
    return f"""
select dimension, key, stage, sum(entered)::bigint, sum(reached)::bigint, sum(current)::bigint
from api.{table} where {_CELLS}{known}
group by dimension, key, stage
"""


def _revenues(table: str, known: str = "") -> str:
    return f"""
select dimension, key, currency,
       sum(customers)::bigint, sum(revenue)::bigint, sum(recurring_revenue)::bigint
from api.{table} where {_CELLS}{known}
group by dimension, key, currency
"""


# What is known now, and as known at the close of a day: the sum of the differences booked until then.
_NOW = (_known_days("funnel_daily"), _stage_counts("funnel_daily"), _revenues("revenue_daily"))
_THEN = (
    _known_days("funnel_known", " and known_day <= $3"),
    _stage_counts("funnel_known", " and known_day <= $6"),
    _revenues("revenue_known", " and known_day <= $6"),
)
_UNLINKED_DEALS = """
with unlinked as (
  select coalesce(
           revenue, case when currency is not null then jsonb_build_object(currency, coalesce(amount, 0)) end
         ) as brought
  from api.deals
  where definition_version = $1 and status = 'won' and leads = 0 and redirect_to is null
    and closed_day between $2 and $3
)
select null as currency, count(*) as deals, 0::bigint as revenue from unlinked
union all
select part.key, 0, sum(part.value::bigint)::bigint from unlinked, jsonb_each_text(brought) part
group by part.key
"""


async def known_days(
    reading: Reading, basis: Basis, known: date | None = None
) -> tuple[date | None, date | None]:
    """The first and the last day of which anything is or was known; None where nothing is."""
    statement = _NOW[0] if known is None else _THEN[0]
    first, last = (await fetched(reading, statement, basis.value, *_known(known)))[0]
    return first, last


async def stage_counts(reading: Reading, asked: Slice) -> list[StageCount]:
    """The counts of every stage of every key that has any, and of the total.

    The leads without a key are what the keys leave of the total, so both are read.
    """
    statement = _NOW[1] if asked.known is None else _THEN[1]
    rows = await fetched(reading, statement, *_cells(asked))
    return [StageCount(*row) for row in rows if any(row[3:])]


async def revenues(reading: Reading, asked: Slice) -> list[Revenue]:
    """The revenue of every key that has any, and of the total, by currency."""
    statement = _NOW[2] if asked.known is None else _THEN[2]
    rows = await fetched(reading, statement, *_cells(asked))
    return [Revenue(*row) for row in rows if any(row[3:])]


async def unlinked_deals(reading: Reading, asked: Slice) -> list[UnlinkedDeals]:
    """Won deals without a lead that closed within the days: having no lead, they have no capture day."""
    rows = await fetched(reading, _UNLINKED_DEALS, *asked.days)
    return [UnlinkedDeals(*row) for row in rows]


def _cells(asked: Slice) -> tuple[object, ...]:
    return asked.basis.value, asked.dimension, *asked.days, *_known(asked.known)


def _known(known: date | None) -> tuple[date, ...]:
    return () if known is None else (known,)
