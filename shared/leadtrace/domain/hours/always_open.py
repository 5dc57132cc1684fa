"""Calendar time by the interface of business hours: every moment is open."""

from typing import Final
from zoneinfo import ZoneInfo

from leadtrace.domain.hours.business_hours import BusinessHours
from leadtrace.domain.hours.wall import MINUTES_OF_DAY

_WEEK = range(7)


class _CalendarTime(BusinessHours):
    def __init__(self) -> None:
        super().__init__(
            ZoneInfo("UTC"),
            weekdays=_WEEK,
            opens_minute=0,
            closes_minute=MINUTES_OF_DAY,
            is_closed=lambda _: False,
        )

    def add(self, start: int, duration: int) -> int:
        """The moment `duration` after `start`; ValueError if it is negative."""
        if duration < 0:
            raise ValueError(f"{duration} is no duration: it is below 0")
        return start + duration

    def between(self, start: int, end: int) -> int:
        """The time from start to end; 0 if it ends before it starts."""
        return max(0, end - start)


ALWAYS_OPEN: Final[BusinessHours] = _CalendarTime()
"""Calendar time, for whoever has no calendar."""
