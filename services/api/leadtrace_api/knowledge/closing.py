"""Days as states of knowledge: known for good once they are over and all that was recorded has arrived."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadtrace_api.problems import ParameterError
from leadtrace_api.reading import Reading
from leadtrace_api.room import Room

_DAY = timedelta(days=1)


def close_of(day: date, zone: ZoneInfo) -> datetime:
    """The last moment of a day, to the microsecond."""
    return datetime.combine(day + _DAY, time.min, zone) - timedelta(microseconds=1)


async def check_closed(room: Room, now: Reading, day: date, parameter: str = "as_of") -> None:
    """Let a day pass that cannot become known otherwise any more.

    Raises:
        ParameterError: something that was recorded on it may still be on its way.
    """
    if day >= date.max - _DAY:
        raise ParameterError(
            f"{parameter} is {day}, after the end of the calendar.",
            parameter=parameter,
            rule="The future is not known.",
            remedy="Ask for a day that is over.",
        )
    close = close_of(day, room.settings.zone)
    await room.reconciled.check(now.connection, now.at, close, parameter)
