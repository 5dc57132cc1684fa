"""What of a row of spend falls on which day: exact, in minor units, the days of a row sum to the row.

An amount of more digits than its currency has is rounded half-even, once for the row; then the row is divided
equally by largest remainder, so that earlier days get what is left over.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from leadtrace.domain.money import to_minor
from leadtrace.domain.rates import Rates, convert
from leadtrace.events.spend import SpendRow


class Worth(NamedTuple):
    """The same money as it counts: in the reporting currency where there is a rate, else as it was spent."""

    counted: int
    counted_in: str


def minor_of(row: SpendRow) -> int:
    """Minor units of a row's currency, half-even."""
    return to_minor(row.amount, row.currency)


def length_of(row: SpendRow) -> int:
    """How many days a row speaks of; 0 or less if it ends before it begins."""
    return (row.to - row.from_).days + 1


def days_of(row: SpendRow) -> Iterator[tuple[date, int]]:
    """The days of a row on which anything was spent, with their minor units, oldest first."""
    total, length = minor_of(row), length_of(row)
    if length < 1:
        return
    each, left_over = divmod(abs(total), length)
    sign = -1 if total < 0 else 1
    first = row.from_.toordinal()
    for place in range(length if each else left_over):
        yield date.fromordinal(first + place), sign * (each + (place < left_over))


def worth_of(minor: int, currency: str, day: date, rates: Rates) -> Worth:
    """Minor units at the rate of the day on which they were spent; as they are where there is none."""
    if rates.currency is None or not rates.is_foreign(currency):
        return Worth(minor, currency)
    rate = rates.rate_of_day(currency, day.toordinal())
    if rate is None:
        return Worth(minor, currency)
    return Worth(convert(minor, currency=currency, to=rates.currency, rate=rate), rates.currency)
