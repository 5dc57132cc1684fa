"""Days of the reporting time zone as moments, computed by the database."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, DateTime, cast, func


def start_of(day: date, later: int, zone: str) -> ColumnElement[datetime]:
    """The first moment of a day in the time zone, or of one later; the driver knows the calendar's ends."""
    start: ColumnElement[datetime] = func.timezone(zone, cast(cast(day, Date) + later, DateTime))
    return start


def within(
    moment: ColumnElement[datetime], first: date | None, last: date | None, zone: str
) -> list[ColumnElement[bool]]:
    """On the first day or later, and on the last or earlier, as far as they are given."""
    conditions: list[ColumnElement[bool]] = []
    if first is not None:
        conditions.append(moment >= start_of(first, 0, zone))
    if last is not None:
        conditions.append(moment < start_of(last, 1, zone))
    return conditions
