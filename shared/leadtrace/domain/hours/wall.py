"""From what a wall clock shows to the moment that it means, across changes of the clock."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadtrace.events.times import from_micros, to_micros

MINUTES_OF_DAY = 24 * 60


def wall_moment(zone: ZoneInfo, day: date, minute: int) -> int:
    """The moment (µs) at which clocks of `zone` show this minute of the day; 1440 is the next midnight.

    A time that comes twice means its first coming; one that is left out means the first moment after the
    gap. So a later time of a day never means an earlier moment.
    """
    local = datetime.combine(day, time.min, zone) + timedelta(minutes=minute)
    moment, other = to_micros(local), to_micros(local.replace(fold=1))
    # Before and after a change of the clock the same time means two moments, the earlier one first; where it
    # is left out, what the old offset makes of it lies behind the change.
    return moment if moment <= other else _end_of_gap(zone, other, moment)


def _end_of_gap(zone: ZoneInfo, before: int, after: int) -> int:
    """The first moment that has the offset of `after`; the clock is changed once in between."""
    offset = from_micros(after).astimezone(zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if from_micros(middle).astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
