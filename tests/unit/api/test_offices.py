"""Whose hours are business time, by table: teams, holidays, days on which clocks are changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from leadtrace.domain.definitions.handover import BusinessCalendar, Handover, TeamTerms
from leadtrace.events.times import to_micros
from leadtrace_api.projector.office import Office
from leadtrace_api.projector.opening_hours import offices_of, opening_mark

HOUR = 3_600_000_000
TOKYO = ZoneInfo("Asia/Tokyo")
HEAD = BusinessCalendar(
    id="head", timezone="Europe/Berlin", country="DE", closed=("2026-12-24", "2026-12-31")
)
WEST = BusinessCalendar(id="west", timezone="America/New_York", country="US", opens="08:00", closes="18:00")
LATE = BusinessCalendar(
    id="late", timezone="Europe/Berlin", days=("sat", "sun"), opens="00:00", closes="24:00"
)
TERMS = Handover(
    calendars=(HEAD, WEST, LATE),
    teams=(
        TeamTerms(id="sales", calendar="head"),
        TeamTerms(id="americas", calendar="west"),
        TeamTerms(id="weekend", calendar="late"),
        TeamTerms(id="robots"),
    ),
)
OFFICES = offices_of(TERMS, TOKYO)

# Team, from and until when by the wall clocks of Berlin, hours open.
SPANS = [
    ("sales", "2026-01-05T12:00", "2026-01-12T12:00", 40),
    ("sales", "2026-04-02T12:00", "2026-04-07T12:00", 8),  # over Easter: Thursday afternoon, Tuesday morning
    (
        "sales",
        "2026-12-23T16:00",
        "2027-01-04T10:00",
        26,
    ),  # four days between the holidays are open: 28-30, 4
    ("sales", "2026-03-28T00:00", "2026-03-30T10:00", 1),  # clocks go forward on Sunday
    ("sales", "2026-03-27T16:00", "2026-03-30T10:00", 2),
    (None, "2026-04-02T12:00", "2026-04-07T12:00", 8),  # of no team: by the first calendar
    ("other", "2026-04-02T12:00", "2026-04-07T12:00", 8),
    ("americas", "2026-04-02T12:00", "2026-04-07T12:00", 30),  # Good Friday is open there
    ("americas", "2026-03-16T13:00", "2026-03-16T23:00", 10),  # summer time came there, and not yet in Berlin
    ("americas", "2026-11-26T00:00", "2026-11-27T06:00", 0),  # Thanksgiving
    ("weekend", "2026-03-28T00:00", "2026-03-30T00:00", 47),
    ("weekend", "2026-10-24T00:00", "2026-10-26T00:00", 49),
    ("robots", "2026-03-29T00:00", "2026-03-30T00:00", 23),
    ("robots", "2025-12-25T00:00", "2026-01-01T00:00", 7 * 24),
    ("sales", "2019-12-31T00:00", "2020-01-03T00:00", 16),  # across the moment that clocks are set by
]


def span(office: Office, begin: str, end: str, zone: str = "Europe/Berlin") -> float:
    moments = [to_micros(datetime.fromisoformat(one).replace(tzinfo=ZoneInfo(zone))) for one in (begin, end)]
    first, last = map(office.reading, moments)
    return (last - first) / HOUR


@pytest.mark.parametrize(("team", "begin", "end", "hours"), SPANS)
def test_business_time_is_that_of_the_team_s_calendar(
    team: str | None, begin: str, end: str, hours: float
) -> None:
    assert span(OFFICES.of(team), begin, end) == hours


@pytest.mark.parametrize("terms", [None, Handover()], ids=["no terms", "no calendars"])
def test_without_a_calendar_it_is_workdays_of_the_reporting_time_zone(terms: Handover | None) -> None:
    offices = offices_of(terms, TOKYO)
    assert span(offices.of("sales"), "2026-01-01T00:00", "2026-01-05T10:00", "Asia/Tokyo") == 17
    assert offices.label == "mon-fri 09:00-17:00 Asia/Tokyo"


def test_the_label_says_whose_hours_count() -> None:
    assert OFFICES.label == (
        "head: mon-fri 09:00-17:00 Europe/Berlin, public holidays of DE, 2 further days closed; "
        "americas: west: mon-fri 08:00-18:00 America/New_York, public holidays of US; "
        "weekend: late: sat,sun 00:00-24:00 Europe/Berlin; robots: around the clock"
    )


def test_another_zone_and_other_holidays_are_told_apart() -> None:
    assert opening_mark(TOKYO) != opening_mark(ZoneInfo("Europe/Berlin"))
    assert "holidays-" in opening_mark(TOKYO)
