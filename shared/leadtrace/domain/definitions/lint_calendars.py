"""Lint of calendars: known zones, days and hours; whose holidays are known is checked where they are kept."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from leadtrace.domain.definitions.finding import Finding, id_findings, nearest
from leadtrace.domain.definitions.handover import WEEKDAYS, BusinessCalendar, Handover, minute_of_day
from leadtrace.domain.definitions.lines import Path

CALENDARS: Path = ("handover", "calendars")


def calendar_findings(handover: Handover) -> Iterator[Finding]:
    """Every rule of `calendars` that does not hold."""
    yield from id_findings(CALENDARS, handover.calendars)
    used = {team.calendar for team in handover.teams}
    for index, calendar in enumerate(handover.calendars):
        place = (*CALENDARS, index)
        if calendar.id not in used:
            yield Finding(place, "has no team", "name it as `calendar` of a team, or take it out")
        yield from _zone(place, calendar.timezone)
        yield from _days(place, calendar.days)
        yield from _hours(place, calendar)
        for number, day in enumerate(calendar.closed):
            if not _is_date(day):
                rule = f"{day!r} is no day"
                yield Finding((*place, "closed", number), rule, 'write year, month and day: "2026-12-24"')
        if calendar.subdivision is not None and calendar.country is None:
            remedy = "name the country that it is a part of"
            yield Finding((*place, "subdivision"), "stands without a country", remedy)


def _zone(place: Path, name: str) -> Iterator[Finding]:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = nearest(name, _zones(), none="write one such as Europe/Berlin")
        yield Finding((*place, "timezone"), f"{name!r} is no IANA time zone", remedy)


@lru_cache(1)
def _zones() -> Sequence[str]:
    return sorted(available_timezones())


def _days(place: Path, days: Sequence[str]) -> Iterator[Finding]:
    if not days:
        yield Finding((*place, "days"), "is empty: it never opens", f"list days: {', '.join(WEEKDAYS)}")
    for index, day in enumerate(days):
        if day not in WEEKDAYS:
            yield Finding((*place, "days", index), f"{day!r} is no day of the week", nearest(day, WEEKDAYS))
        if day in days[:index]:
            yield Finding((*place, "days", index), f"{day!r} stands before already", "list each day once")


def _hours(place: Path, calendar: BusinessCalendar) -> Iterator[Finding]:
    opens, closes = minute_of_day(calendar.opens), minute_of_day(calendar.closes)
    for key, minute in (("opens", opens), ("closes", closes)):
        if minute is None:
            rule = f"{getattr(calendar, key)!r} is no time of day"
            yield Finding((*place, key), rule, 'write hours and minutes between quotes: "09:00", "24:00"')
    if opens is not None and closes is not None and opens >= closes:
        remedy = "let it open before it closes, on the same day"
        yield Finding((*place, "opens"), f"{calendar.opens} is not before {calendar.closes}", remedy)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
