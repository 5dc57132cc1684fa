"""What a lead is worth before anybody knows: P(won), by model or band, times open deals or the average sale.

A valuation is read once, with the first page, and travels in the cursor: pages of one walk are sorted alike
though rates are computed anew meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from sqlalchemy import text

from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.money import average
from leadtrace.domain.quality.conversion import Conversion
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.reading import Reading
from leadtrace_api.schemas import RATE_DIGITS
from leadtrace_api.scoring_quality.queries import stored

_LARGEST = 2**62
_SALES = text("""
select coalesce(sum(customers), 0)::bigint, coalesce(sum(revenue - recurring_revenue), 0)::bigint
from api.revenue_daily
where definition_version = :version and basis = :basis and dimension = '' and currency = :currency
""")


@dataclass(frozen=True, slots=True)
class BandRate:
    """The observed conversion of a band, with its 95 % interval, of `n` judged leads."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Valuation:
    """Rates by band where they are known, and the average won sale of a customer, in minor units."""

    rates: Mapping[str, BandRate]
    average: int | None
    customers: int

    def packed(self) -> str:
        """As it travels in a cursor."""
        rates = (self.rates.get(band) for band in BANDS)
        numbers = (f"{one.value},{one.low},{one.high},{one.n}" if one is not None else "" for one in rates)
        sale = f"{self.average},{self.customers}" if self.average is not None else ""
        return ";".join((*numbers, sale))


async def valuation(now: Reading, currency: str) -> Valuation:
    """As of now: the quality of the score as computed last, and all sales in one currency."""
    found = await stored(now, now.version)
    bands = {one.band: one.conversion for one in found.quality.bands} if found is not None else {}
    rates = {band: rate for band, one in bands.items() if (rate := _rate(one)) is not None}
    given = {"version": now.version, "basis": Basis.COHORT.value, "currency": currency}
    customers, revenue = (await now.connection.execute(_SALES, given)).one()
    return Valuation(rates, average(revenue, customers), max(0, customers))


def unpacked_valuation(packed: str) -> Valuation:
    """The valuation that a cursor carried.

    Raises:
        ValueError: it is none.
    """
    *bands, sale = packed.split(";")
    rates = {band: _read(one) for band, one in zip(BANDS, bands, strict=True) if one}
    if not sale:
        return Valuation(rates, None, 0)
    of_each, customers = map(int, sale.split(","))
    if not (abs(of_each) < _LARGEST and 0 < customers < _LARGEST):
        raise ValueError("no sales are so many or so large")
    return Valuation(rates, of_each, customers)


def _rate(found: Conversion) -> BandRate | None:
    if found.rate is None or found.interval is None:
        return None
    value, low, high = (round(one, RATE_DIGITS) for one in (found.rate, *found.interval))
    return BandRate(value, low, high, found.leads)


def _read(packed: str) -> BandRate:
    value, low, high, n = packed.split(",")
    rate = BandRate(float(value), float(low), float(high), int(n))
    if not (
        all(isfinite(one) and 0 <= one <= 1 for one in (rate.value, rate.low, rate.high)) and rate.n >= 0
    ):
        raise ValueError("a rate is no share")
    return rate
