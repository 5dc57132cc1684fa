"""Calendars of the definitions with the public holidays of their country: the one file that asks the library.

Which days these are depends on the library's release, so a fold that counts by them has `calendar_label` in
its version.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from holidays.version import __version__ as release

from leadtrace.domain.definitions.finding import Finding, nearest
from leadtrace.domain.definitions.handover import WEEKDAYS, BusinessCalendar, Handover, minute_of_day
from leadtrace.domain.definitions.lint_calendars import CALENDARS
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.hours.business_hours import BusinessHours

_YEARS_KEPT = 4_096


def business_hours_of(handover: Handover) -> Mapping[str, BusinessHours]:
    """The hours of each calendar by its id, of terms that passed the lint and `holiday_findings`."""
    return {calendar.id: _hours(calendar) for calendar in handover.calendars}


def calendar_label() -> str:
    """What tells apart libraries by which other days may be holidays."""
    return f"holidays-{release}"


def holiday_findings(definitions: Definitions) -> Iterator[Finding]:
    """Every country and part of a country whose holidays nobody knows here."""
    calendars = definitions.handover.calendars if definitions.handover is not None else ()
    for index, calendar in enumerate(calendars):
        place = (*CALENDARS, index)
        country, subdivision = calendar.country, calendar.subdivision
        if country is None:
            continue
        known = _countries().get(country)
        if known is None:
            remedy = "write two capital letters of ISO 3166, such as DE, or leave it out: no holidays then"
            yield Finding((*place, "country"), f"the holidays of {country!r} are not known", remedy)
        elif subdivision is not None and subdivision not in known:
            written = subdivision.removeprefix(f"{country}-")
            remedy = (
                nearest(written, known, none="leave it out") if written not in known else f"write {written}"
            )
            yield Finding((*place, "subdivision"), f"{subdivision!r} is no part of {country}", remedy)


@lru_cache(1)
def _countries() -> Mapping[str, Sequence[str]]:
    return holidays.list_supported_countries(include_aliases=False)


def _hours(calendar: BusinessCalendar) -> BusinessHours:
    opens, closes = minute_of_day(calendar.opens), minute_of_day(calendar.closes)
    if opens is None or closes is None:
        raise ValueError(f"calendar {calendar.id}: {calendar.opens} to {calendar.closes} are no times of day")
    return BusinessHours(
        ZoneInfo(calendar.timezone),
        weekdays=frozenset(map(WEEKDAYS.index, calendar.days)),
        opens_minute=opens,
        closes_minute=closes,
        is_closed=_closed_days(calendar),
    )


def _closed_days(calendar: BusinessCalendar) -> Callable[[date], bool]:
    closed = frozenset(map(date.fromisoformat, calendar.closed))
    country, subdivision = calendar.country, calendar.subdivision
    if country is None:
        return closed.__contains__
    return lambda day: day in closed or day in _holidays(country, subdivision, day.year)


@lru_cache(_YEARS_KEPT)
def _holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """The public holidays of a year; what falls on a weekend and is kept on another day is kept there."""
    # A holiday may be kept in the year before or after its own.
    years = (year - 1, year, year + 1)
    kept = holidays.country_holidays(country, subdiv=subdivision, years=years, expand=False)
    return frozenset(day for day in kept if day.year == year)
