"""Days as states of knowledge: known for good once they are over and all that was recorded has arrived."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from leadtrace_api.problems import ParameterError
from leadtrace_api.reading import Reading
from leadtrace_api.room import Room

_DAY = timedelta(days=1)
_KNOWN_FROM = text("select known_from from api.projections where name = 'rollups'")


def close_of(day: date, zone: ZoneInfo) -> datetime:
    """The last moment of a day, to the microsecond."""
    return datetime.combine(day + _DAY, time.min, zone) - timedelta(microseconds=1)


async def check_closed(room: Room, now: Reading, day: date, parameter: str = "as_of") -> None:
    """Let a day pass that cannot become known otherwise any more.

    Raises:
        ParameterError: something that was recorded on it may still be on its way, or is kept no longer.
    """
    if day >= date.max - _DAY:
        raise ParameterError(
            f"{parameter} is {day}, after the end of the calendar.",
            parameter=parameter,
            rule="The future is not known.",
            remedy="Ask for a day that is over.",
        )
    first = (await now.connection.execute(_KNOWN_FROM)).scalar_one_or_none()
    if first is not None and day < first:
        raise ParameterError(
            f"{parameter} is {day}; what was known at the close of days before {first} is told no more.",
            parameter=parameter,
            rule="On that day the days were cut anew, from events of which not all are kept.",
            remedy=f"Ask for {first} or later; docs/retention.md says more.",
        )
    close = close_of(day, room.settings.zone)
    await room.reconciled.check(now.connection, now.at, close, parameter)
