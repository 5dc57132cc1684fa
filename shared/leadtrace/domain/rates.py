"""Rates of exchange as a table that is data: one rate a deal, that of the day on which it closed.

A table is made once, by whoever reads the file; to ask it takes no clock and nothing from outside.
"""

import zlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.money import minor_digits

# Nobody publishes rates on weekends and holidays; no central bank rests longer than this around them.
LONGEST_WAIT_DAYS = 7
# No smaller and no larger rate is one: ten zeros were struck off a currency long before it came to that.
LEAST_RATE, LARGEST_RATE = Decimal("1e-9"), Decimal("1e9")

# Of one currency: the days (by number) of which there is a rate, ascending, and the rates.
Series = tuple[tuple[int, ...], tuple[Decimal, ...]]


@dataclass(frozen=True, slots=True)
class Rates:
    """Units of each currency per one unit of `currency`, the reporting one, by day.

    `mark` tells tables apart: what was converted by another one is converted anew. Without a reporting
    currency nothing is foreign, and nothing is converted.
    """

    currency: str | None = None
    series: Mapping[str, Series] | None = None
    mark: int = 0
    days: Days = UTC_DAYS

    @property
    def given(self) -> bool:
        """Whether there is a table at all."""
        return self.series is not None

    def is_foreign(self, currency: str) -> bool:
        """Whether amounts in a currency count by a rate, if there is one."""
        return self.currency is not None and currency != self.currency

    def rate(self, currency: str, moment: int) -> Decimal | None:
        """The rate of the day of a moment (µs), else the last one published in the days before it."""
        try:
            day = self.days.number(moment)
        except OverflowError:  # outside the calendar, where nobody publishes rates
            return None
        return self.rate_of_day(currency, day)

    def rate_of_day(self, currency: str, day: int) -> Decimal | None:
        """The rate of a day (by number), else the last one published in the days before it."""
        days, rates = (self.series or {}).get(currency, ((), ()))
        place = bisect_right(days, day) - 1
        return rates[place] if place >= 0 and day - days[place] <= LONGEST_WAIT_DAYS else None


NO_RATES = Rates()


def rates_of(currency: str, rows: Iterable[tuple[date, str, Decimal]] | None, days: Days = UTC_DAYS) -> Rates:
    """A table of (day, currency, rate), each day of a currency once; None: there is no table."""
    if rows is None:
        return Rates(currency, None, _mark(currency), days)
    ordered = sorted(rows)
    found: dict[str, tuple[list[int], list[Decimal]]] = {}
    for day, name, rate in ordered:
        of_currency = found.setdefault(name, ([], []))
        of_currency[0].append(day.toordinal())
        of_currency[1].append(rate)
    series = {name: (tuple(numbers), tuple(rates)) for name, (numbers, rates) in found.items()}
    written = (f"{day} {name} {rate.normalize()}" for day, name, rate in ordered)
    return Rates(currency, series, _mark("\n".join([currency, "table", *written])), days)


def convert(minor: int, *, currency: str, to: str, rate: Decimal) -> int:
    """Minor units of `to` for those of `currency`, at `rate` units of it per one of `to`, half-even."""
    worth = Fraction(minor, 10 ** minor_digits(currency)) / Fraction(rate)
    units: int = round(worth * 10 ** minor_digits(to))
    return units


def _mark(text: str) -> int:
    """Never 0, which stands for what was converted before there were marks."""
    return zlib.crc32(text.encode()) or 1
