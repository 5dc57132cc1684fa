"""Business hours by the public holidays of a country or a part of it, by table; unknown ones are refused."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import holidays
import pytest

from leadtrace.domain.definitions.handover import BusinessCalendar, Handover, TeamTerms
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.domain.hours.business_hours import BusinessHours
from leadtrace.events.times import to_micros
from leadtrace.runtime.business_calendars import business_hours_of, calendar_label
from leadtrace.runtime.definitions import live_path, read_definitions, read_either

HOUR = 3_600_000_000
TEXT = live_path().read_text(encoding="utf-8")

# country, part of it, time zone, day, whether it is open
DAYS = [
    ("DE", "BE", "Europe/Berlin", "2026-03-06", True),
    ("DE", "BE", "Europe/Berlin", "2027-03-08", False),  # International Women's Day, in Berlin
    ("DE", "BB", "Europe/Berlin", "2027-03-08", True),
    ("DE", None, "Europe/Berlin", "2027-03-08", True),
    ("DE", None, "Europe/Berlin", "2026-04-03", False),  # Good Friday
    ("DE", None, "Europe/Berlin", "2026-04-06", False),  # Easter Monday
    ("DE", None, "Europe/Berlin", "2026-12-24", True),  # Christmas Eve is no public holiday
    ("DE", None, "Europe/Berlin", "2026-12-25", False),
    ("DE", "BY", "Europe/Berlin", "2026-01-06", False),  # Epiphany, in Bavaria
    ("DE", "HH", "Europe/Berlin", "2026-01-06", True),
    ("US", None, "America/New_York", "2026-11-26", False),  # Thanksgiving
    ("US", None, "America/New_York", "2026-11-27", True),
    ("US", None, "America/New_York", "2026-07-03", False),  # Independence Day is a Saturday
    ("US", None, "America/New_York", "2027-12-31", False),  # and so is New Year's Day of 2028
    ("US", None, "America/New_York", "2026-04-03", True),
    ("GB", "SCT", "Europe/London", "2026-11-30", False),  # Saint Andrew's Day
    ("GB", "ENG", "Europe/London", "2026-11-30", True),
    ("GB", "SCT", "Europe/London", "2026-04-06", True),  # Easter Monday is none in Scotland
    ("GB", "ENG", "Europe/London", "2026-04-06", False),
    ("GB", "SCT", "Europe/London", "2026-12-28", False),  # Boxing Day is a Saturday
    (None, None, "Europe/Berlin", "2026-12-25", True),
]


def hours_of(calendar: BusinessCalendar) -> BusinessHours:
    terms = Handover(calendars=(calendar,), teams=(TeamTerms(id="t", calendar=calendar.id),))
    return business_hours_of(terms)[calendar.id]


def open_time(hours: BusinessHours, zone: str, day: str) -> int:
    noon = to_micros(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone)))
    return hours.between(noon - 12 * HOUR, noon + 12 * HOUR)


@pytest.mark.parametrize(("country", "subdivision", "zone", "day", "is_open"), DAYS)
def test_public_holidays_are_closed(
    country: str | None, subdivision: str | None, zone: str, day: str, *, is_open: bool
) -> None:
    calendar = BusinessCalendar(id="c", timezone=zone, country=country, subdivision=subdivision)
    assert date.fromisoformat(day).weekday() < 5
    assert open_time(hours_of(calendar), zone, day) == (8 * HOUR if is_open else 0)


def test_a_company_closes_on_days_of_its_own() -> None:
    calendar = BusinessCalendar(id="c", timezone="Europe/Berlin", country="DE", closed=("2026-12-24",))
    hours = hours_of(calendar)
    assert open_time(hours, "Europe/Berlin", "2026-12-24") == 0
    assert open_time(hours, "Europe/Berlin", "2026-12-23") == 8 * HOUR
    # From the last hour before Christmas to the first after it: 24 to 27 December are closed.
    start = to_micros(datetime(2026, 12, 23, 16, tzinfo=ZoneInfo("Europe/Berlin")))
    end = to_micros(datetime(2026, 12, 28, 10, tzinfo=ZoneInfo("Europe/Berlin")))
    assert hours.add(start, 2 * HOUR) == end


def test_days_and_hours_are_those_of_the_calendar() -> None:
    calendar = BusinessCalendar(
        id="c", timezone="Asia/Dubai", days=("sat", "sun"), opens="08:30", closes="24:00"
    )
    hours = hours_of(calendar)
    assert open_time(hours, "Asia/Dubai", "2026-11-28") == int(15.5 * HOUR)
    assert open_time(hours, "Asia/Dubai", "2026-11-27") == 0


def test_each_calendar_has_its_id() -> None:
    shipped = read_definitions(TEXT.encode(), "v1.yaml").handover
    assert shipped is not None
    assert list(business_hours_of(shipped)) == ["head_office"]
    assert business_hours_of(Handover()) == {}


def test_times_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="calendar c: noon to 17:00 are no times of day"):
        hours_of(BusinessCalendar(id="c", timezone="Europe/Berlin", opens="noon"))


def test_the_label_names_the_release_of_the_library() -> None:
    assert calendar_label() == f"holidays-{holidays.__version__}"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("new", "key", "rule", "remedy"),
    [
        ("country: XX", "country", "the holidays of 'XX' are not known", "two capital letters"),
        ("country: de", "country", "the holidays of 'de' are not known", "such as DE"),
        ("country: Germany", "country", "the holidays of 'Germany' are not known", "such as DE"),
        ("country: DE\n      subdivision: XX", "subdivision", "'XX' is no part of DE", "use one of BB, BE"),
        ("country: DE\n      subdivision: DE-BE", "subdivision", "'DE-BE' is no part of DE", "write BE"),
        ("country: GB\n      subdivision: SCOT", "subdivision", "'SCOT' is no part of GB", "mean SCT?"),
        ("country: US\n      subdivision: '??'", "subdivision", "'??' is no part of US", "leave it out"),
    ],
)
def test_holidays_that_nobody_knows_are_a_finding(new: str, key: str, rule: str, remedy: str) -> None:
    with pytest.raises(DefinitionsError) as caught:
        read_either(TEXT.replace("country: DE", new, 1).encode(), "v1.yaml")
    (found,) = caught.value.problems
    assert (found.key, found.rule) == (f"handover.calendars[0].{key}", rule)
    assert remedy in found.remedy
    assert found.line > 0
