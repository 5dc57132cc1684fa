"""Open time of a team: when so much of it has passed, and how much lies between two moments.

Pure: the same calendar gives the same answers, whatever was asked before. Moments and durations are whole
microseconds; a moment counts from the epoch.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from leadtrace.domain.hours.wall import MINUTES_OF_DAY, wall_moment
from leadtrace.events.times import from_micros, to_micros

# Nobody works before or after these years, so that a wild time of an event costs nothing.
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2299
_WEEK: Final = 7
# A team that has not opened for so long is not waited for.
_CLOSED_YEARS: Final = 10

NEVER: Final = to_micros(datetime(_LAST_YEAR + 1, 1, 2, tzinfo=UTC))
"""What `add` answers where so much open time does not come, or not for ten years: later than all of it."""


@dataclass(frozen=True, slots=True)
class _Year:
    """The open stretches of a year in order: where they begin, where they end, what was open until then."""

    opens: Sequence[int]
    closes: Sequence[int]
    passed: Sequence[int]

    @property
    def total(self) -> int:
        return self.passed[-1] if self.passed else 0

    def elapsed(self, moment: int) -> int:
        """How much of the year's open time lies before a moment."""
        begun = bisect_right(self.opens, moment)
        if not begun:
            return 0
        return self.passed[begun - 1] - max(0, self.closes[begun - 1] - moment)

    def moment_after(self, elapsed: int) -> int:
        """The first moment before which so much lies, above 0 and at most all: it ends a stretch of time."""
        place = bisect_left(self.passed, elapsed)
        return self.closes[place] - (self.passed[place] - elapsed)


class BusinessHours:
    """Opening hours on days of the week in a time zone, without the days that are closed.

    Open and close are minutes after midnight by the wall clock, 1440 being the next midnight. Years are laid
    out once, when one of their moments is asked about.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        *,
        weekdays: Collection[int],
        opens_minute: int,
        closes_minute: int,
        is_closed: Callable[[date], bool],
    ) -> None:
        """Weekdays count from Monday, 0; ValueError for hours that are none."""
        if not 0 <= opens_minute < closes_minute <= MINUTES_OF_DAY:
            raise ValueError(
                f"opens at minute {opens_minute} and closes at {closes_minute}: not within a day"
            )
        if any(not 0 <= day < _WEEK for day in weekdays):
            raise ValueError(f"{sorted(weekdays)} are no days of the week, 0 to 6")
        self._zone = zone
        self._weekdays = frozenset(weekdays)
        self._opens_minute = opens_minute
        self._closes_minute = closes_minute
        self._is_closed = is_closed
        self._years: dict[int, _Year] = {}
        self._begins = wall_moment(zone, date(_FIRST_YEAR, 1, 1), 0)
        self._ends = wall_moment(zone, date(_LAST_YEAR + 1, 1, 1), 0)

    def add(self, start: int, duration: int) -> int:
        """The moment at which `duration` of open time has passed since `start`; `start` itself for 0.

        Time outside the opening hours is waited out, yet the last open moment of a day ends that day: what is
        used up at closing time is over then, not at the next opening. `NEVER` where there is not so much.

        Raises:
            ValueError: the duration is negative.
        """
        if duration < 0:
            raise ValueError(f"{duration} is no duration: it is below 0")
        if duration == 0:
            return start
        if start >= self._ends:
            return NEVER
        first = self._year_of(start)
        wanted = duration + self._year(first).elapsed(start)
        closed = 0
        for number in range(first, _LAST_YEAR + 1):
            year = self._year(number)
            if wanted <= year.total:
                return year.moment_after(wanted)
            wanted -= year.total
            closed = 0 if year.total else closed + 1
            if closed > _CLOSED_YEARS:
                break
        return NEVER

    def between(self, start: int, end: int) -> int:
        """The open time in [start, end); 0 if it ends before it starts."""
        start, end = max(start, self._begins), min(end, self._ends)
        if end <= start:
            return 0
        first, last = self._year_of(start), self._year_of(end)
        whole = sum(self._year(number).total for number in range(first, last))
        return whole + self._year(last).elapsed(end) - self._year(first).elapsed(start)

    def _year_of(self, moment: int) -> int:
        if moment <= self._begins:
            return _FIRST_YEAR
        if moment >= self._ends:
            return _LAST_YEAR
        return from_micros(moment).astimezone(self._zone).year

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            year = self._years[number] = self._laid_out(number)
        return year

    def _laid_out(self, number: int) -> _Year:
        opens: array[int] = array("q")
        closes: array[int] = array("q")
        passed: array[int] = array("q")
        total = 0
        for ordinal in range(date(number, 1, 1).toordinal(), date(number + 1, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            if day.weekday() not in self._weekdays or self._is_closed(day):
                continue
            begin = wall_moment(self._zone, day, self._opens_minute)
            end = wall_moment(self._zone, day, self._closes_minute)
            # A change of the clock may leave out all of it.
            if begin < end:
                total += end - begin
                opens.append(begin)
                closes.append(end)
                passed.append(total)
        return _Year(opens, closes, passed)
