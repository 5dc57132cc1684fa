"""Sums of the daily rollups, for one basis, one dimension and a range of days."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from leadtrace_api.projector.contribution import Basis
from leadtrace_api.reading import Reading


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


# Written out, because the funnel is asked most: building a statement anew took as long as its answer.
_CELLS = "definition_version = :version and basis = :basis and dimension in ('', :dimension)"
_DAYS = "between :first and :last"
_KNOWN_DAYS = text("""
select min(day), max(day) from api.funnel_daily
where definition_version = :version and basis = :basis and dimension = ''
""")
_STAGE_COUNTS = text(f"""
select dimension, key, stage, sum(entered)::bigint, sum(reached)::bigint, sum(current)::bigint
from api.funnel_daily where {_CELLS} and day {_DAYS}
group by dimension, key, stage
""")
_REVENUES = text(f"""
select dimension, key, currency, sum(revenue)::bigint
from api.revenue_daily where {_CELLS} and day {_DAYS}
group by dimension, key, currency
""")
_UNLINKED_DEALS = text(f"""
select currency, count(*), coalesce(sum(amount), 0)::bigint
from api.deals
where definition_version = :version and status = 'won' and leads = 0 and redirect_to is null
  and closed_day {_DAYS}
group by currency
""")


async def known_days(reading: Reading, basis: Basis) -> tuple[date | None, date | None]:
    """The first and the last day of which anything is known; None where nothing is."""
    parameters = {"version": reading.version, "basis": basis.value}
    first, last = (await reading.connection.execute(_KNOWN_DAYS, parameters)).one()
    return first, last


async def stage_counts(reading: Reading, asked: Slice) -> list[StageCount]:
    """The counts of every stage of every key that has any, and of the total.

    The leads without a key are what the keys leave of the total, so both are read.
    """
    rows = await reading.connection.execute(_STAGE_COUNTS, _cells(reading, asked))
    return [StageCount(*row) for row in rows if any(row[3:])]


async def revenues(reading: Reading, asked: Slice) -> list[Revenue]:
    """The revenue of every key that has any, and of the total, by currency."""
    rows = await reading.connection.execute(_REVENUES, _cells(reading, asked))
    return [Revenue(*row) for row in rows if row[3]]


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
    }


def _days(asked: Slice) -> dict[str, object]:
    # The driver sends the ends of Python's calendar as PostgreSQL's infinities.
    return {"first": asked.first or date.min, "last": asked.last or date.max}
