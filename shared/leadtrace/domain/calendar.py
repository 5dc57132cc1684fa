"""Days of a time zone: on which day a moment lies, by a table that is filled as it is asked."""

import zlib
from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from leadtrace.events.times import from_micros, to_micros

DayOf: TypeAlias = Callable[[int], date]

DAY_US = 86_400_000_000

# Offsets of time zones have been multiples of a quarter of an hour since before computers kept leads.
_QUARTER_US = 900_000_000
_DAYS_KEPT = 65_536
_UTC = ZoneInfo("UTC")


def calendar(zone: ZoneInfo) -> DayOf:
    """The function that tells on which day of `zone` a moment (µs) lies.

    It raises OverflowError for a moment that no calendar has.
    """

    @lru_cache(_DAYS_KEPT)
    def day_of_quarter(quarter: int) -> date:
        return from_micros(quarter * _QUARTER_US).astimezone(zone).date()

    return lambda micros: day_of_quarter(micros // _QUARTER_US)


class Days:
    """Days of a zone as folds number them; another zone gives a fold another version."""

    def __init__(self, zone: ZoneInfo = _UTC) -> None:
        self._day_of = calendar(zone)
        self._start = _starts(zone)
        self._mark = 0 if zone.key == _UTC.key else zlib.crc32(zone.key.encode()) >> 1

    def number(self, micros: int) -> int:
        """The day of a moment (µs), counted from the first day of the calendar."""
        return self._day_of(micros).toordinal()

    def start(self, number: int) -> int:
        """The moment (µs) at which a day begins, by its number."""
        return self._start(number)

    def version(self, code: int) -> int:
        """The version of a fold at version `code`: a state saved by the days of another zone is not used."""
        return code if not self._mark else (self._mark ^ code) | 1 << 30


def _starts(zone: ZoneInfo) -> Callable[[int], int]:
    @lru_cache(_DAYS_KEPT)
    def start(number: int) -> int:
        # Where a change of the clock leaves a day without midnight, it begins with its first moment.
        return to_micros(datetime.combine(date.fromordinal(number), time.min, zone))

    return start


UTC_DAYS = Days()
