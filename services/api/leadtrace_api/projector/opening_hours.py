"""The offices of the terms of the handover, with the public holidays of their calendars."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from leadtrace.domain.definitions.handover import WEEKDAYS, BusinessCalendar, Handover
from leadtrace.domain.hours.always_open import ALWAYS_OPEN
from leadtrace.domain.hours.business_hours import BusinessHours
from leadtrace.runtime.business_calendars import business_hours_of, calendar_label
from leadtrace_api.projector.dimensions import key_of
from leadtrace_api.projector.office import Office, Offices

_WORKDAYS = WEEKDAYS[:5]
_OPENS, _CLOSES = 9, 17
_HOUR_MINUTES = 60
_AROUND_THE_CLOCK = Office(ALWAYS_OPEN, "around the clock")


@lru_cache(maxsize=64)
def offices_of(terms: Handover | None, zone: ZoneInfo) -> Offices:
    """Those of the teams by their calendars; the usual one is that of the first calendar.

    A team without a calendar works around the clock, as its clocks do. Without any calendar the usual hours
    are Monday to Friday, 9 to 17 o'clock of `zone`, holidays or not.
    """
    if terms is None:
        return Offices(_workdays(zone), {})
    hours = business_hours_of(terms)
    by_calendar = {one.id: Office(hours[one.id], _label(one)) for one in terms.calendars}
    teams = {
        key_of(team.id) or team.id: by_calendar[team.calendar] if team.calendar else _AROUND_THE_CLOCK
        for team in terms.teams
    }
    return Offices(next(iter(by_calendar.values()), None) or _workdays(zone), teams)


def opening_mark(zone: ZoneInfo) -> str:
    """What tells apart readings by the same definitions, made in another zone or of other holidays."""
    return f"{zone.key}, {calendar_label()}"


def _workdays(zone: ZoneInfo) -> Office:
    hours = BusinessHours(
        zone,
        weekdays=range(len(_WORKDAYS)),
        opens_minute=_OPENS * _HOUR_MINUTES,
        closes_minute=_CLOSES * _HOUR_MINUTES,
        is_closed=lambda _: False,
    )
    return Office(hours, f"mon-fri {_OPENS:02}:00-{_CLOSES:02}:00 {zone.key}")


def _label(calendar: BusinessCalendar) -> str:
    days = "mon-fri" if calendar.days == _WORKDAYS else ",".join(calendar.days)
    place = calendar.subdivision or ""
    parts = [
        f"{calendar.id}: {days} {calendar.opens}-{calendar.closes} {calendar.timezone}",
        f"public holidays of {calendar.country}{'-' if place else ''}{place}" if calendar.country else "",
        f"{len(calendar.closed)} further days closed" if calendar.closed else "",
    ]
    return ", ".join(part for part in parts if part)
