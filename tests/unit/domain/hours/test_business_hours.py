"""Opening hours by table: changes of the clock north and south, holidays, weekends, closing time."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from leadtrace.domain.hours.always_open import ALWAYS_OPEN
from leadtrace.domain.hours.business_hours import NEVER, BusinessHours
from leadtrace.domain.hours.wall import wall_moment
from leadtrace.events.times import from_micros, to_micros

HOUR = 3_600_000_000
MINUTE = 60_000_000
WORKDAYS = range(5)
EVERY_DAY = range(7)
NINE, FIVE, MIDNIGHT = 9 * 60, 17 * 60, 24 * 60

BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
ADELAIDE = "Australia/Adelaide"  # half an hour off, summer in December
LORD_HOWE = "Australia/Lord_Howe"  # the clock is changed by half an hour
KOLKATA = "Asia/Kolkata"
SAO_PAULO = "America/Sao_Paulo"  # changed the clock at midnight: days without one
HAVANA = "America/Havana"  # midnight comes twice
APIA = "Pacific/Apia"  # left out 30 December 2011

CHRISTMAS = ("2025-12-24", "2025-12-25", "2025-12-26", "2026-01-01", "2026-04-03", "2026-04-06")


def hours(
    zone: str,
    weekdays: Collection[int] = WORKDAYS,
    opens: int = NINE,
    closes: int = FIVE,
    closed: Collection[str] = (),
) -> BusinessHours:
    days = frozenset(map(date.fromisoformat, closed))
    return BusinessHours(
        ZoneInfo(zone),
        weekdays=weekdays,
        opens_minute=opens,
        closes_minute=closes,
        is_closed=days.__contains__,
    )


def at(zone: str, text: str) -> int:
    """The moment of a local time; `+` behind it means its second coming."""
    local = datetime.fromisoformat(text.rstrip("+")).replace(tzinfo=ZoneInfo(zone), fold=text.endswith("+"))
    return to_micros(local)


# zone, start, open hours, when they have passed
WEEKS: list[tuple[str, str, float, str]] = [
    # Within a day, over night, over a weekend; 2026-11-27 is a Friday.
    (BERLIN, "2026-11-26T10:00", 2, "2026-11-26T12:00"),
    (BERLIN, "2026-11-26T16:00", 2, "2026-11-27T10:00"),
    (BERLIN, "2026-11-27T16:00", 2, "2026-11-30T10:00"),
    (BERLIN, "2026-11-27T16:00", 10, "2026-12-01T10:00"),
    # What is used up at closing time is over then.
    (BERLIN, "2026-11-26T16:00", 1, "2026-11-26T17:00"),
    (BERLIN, "2026-11-26T09:00", 8, "2026-11-26T17:00"),
    (BERLIN, "2026-11-27T09:00", 16, "2026-11-30T17:00"),
    # A start outside the opening hours waits for the next opening.
    (BERLIN, "2026-11-26T17:00", 1, "2026-11-27T10:00"),
    (BERLIN, "2026-11-26T03:00", 1, "2026-11-26T10:00"),
    (BERLIN, "2026-11-28T12:00", 1, "2026-11-30T10:00"),
    (BERLIN, "2026-11-29T23:59:59", 8, "2026-11-30T17:00"),
    # The clock is changed on the weekend between: each day has its eight hours.
    (BERLIN, "2026-03-27T16:00", 2, "2026-03-30T10:00"),
    (BERLIN, "2026-10-23T16:00", 2, "2026-10-26T10:00"),
    (NEW_YORK, "2026-03-06T16:00", 2, "2026-03-09T10:00"),
    (NEW_YORK, "2026-10-30T16:00", 2, "2026-11-02T10:00"),
    (ADELAIDE, "2026-10-02T16:30", 1, "2026-10-05T09:30"),
    (ADELAIDE, "2026-04-03T16:30", 1, "2026-04-06T09:30"),
    (LORD_HOWE, "2026-10-02T16:30", 1, "2026-10-05T09:30"),
    (KOLKATA, "2026-03-27T16:45", 0.5, "2026-03-30T09:15"),
    # Over a whole year of weekends: 261 working days in 2026.
    (BERLIN, "2026-01-01T00:00", 261 * 8, "2026-12-31T17:00"),
]


@pytest.mark.parametrize(("zone", "start", "open_hours", "end"), WEEKS)
def test_so_much_open_time_has_passed_at(zone: str, start: str, open_hours: float, end: str) -> None:
    calendar, begin, duration = hours(zone), at(zone, start), int(open_hours * HOUR)
    assert from_micros(calendar.add(begin, duration)) == from_micros(at(zone, end))
    assert calendar.between(begin, at(zone, end)) == duration


HOLIDAYS = [
    # From 23 December over three closed days and a weekend to the 29th.
    ("2025-12-23T16:00", 2, "2025-12-29T10:00"),
    ("2025-12-25T12:00", 8, "2025-12-29T17:00"),
    # New Year; Good Friday to Easter Monday.
    ("2025-12-31T16:30", 1, "2026-01-02T09:30"),
    ("2026-04-02T16:00", 2, "2026-04-07T10:00"),
    ("2026-04-03T10:00", 1, "2026-04-07T10:00"),
]


@pytest.mark.parametrize(("start", "open_hours", "end"), HOLIDAYS)
def test_closed_days_are_waited_out(start: str, open_hours: int, end: str) -> None:
    calendar = hours(BERLIN, closed=CHRISTMAS)
    assert from_micros(calendar.add(at(BERLIN, start), open_hours * HOUR)) == from_micros(at(BERLIN, end))
    assert calendar.between(at(BERLIN, start), at(BERLIN, end)) == open_hours * HOUR


# zone, day, opens, closes, how long it is open
DAYS: list[tuple[str, str, int, int, float]] = [
    (BERLIN, "2026-03-28", 0, MIDNIGHT, 24),
    (BERLIN, "2026-03-29", 0, MIDNIGHT, 23),
    (BERLIN, "2026-10-25", 0, MIDNIGHT, 25),
    (BERLIN, "2026-03-29", NINE, FIVE, 8),
    (BERLIN, "2026-10-25", NINE, FIVE, 8),
    (NEW_YORK, "2026-03-08", 0, MIDNIGHT, 23),
    (NEW_YORK, "2026-11-01", 0, MIDNIGHT, 25),
    (ADELAIDE, "2026-10-04", 0, MIDNIGHT, 23),
    (ADELAIDE, "2026-04-05", 0, MIDNIGHT, 25),
    (LORD_HOWE, "2026-10-04", 0, MIDNIGHT, 23.5),
    (LORD_HOWE, "2026-04-05", 0, MIDNIGHT, 24.5),
    (KOLKATA, "2026-03-29", 0, MIDNIGHT, 24),
    # 02:00 to 03:00 is left out: what opens then opens after the gap, what closes then closes there.
    (BERLIN, "2026-03-29", 150, 240, 1),
    (BERLIN, "2026-03-29", 60, 150, 1),
    (BERLIN, "2026-03-29", 130, 170, 0),
    # 02:00 to 03:00 comes twice: the first coming opens and closes.
    (BERLIN, "2026-10-25", 150, 240, 2.5),
    (BERLIN, "2026-10-25", 60, 150, 1.5),
    (BERLIN, "2026-10-25", 130, 160, 0.5),
    # A day without midnight, one whose last hour or whose first comes twice, one that is left out.
    (SAO_PAULO, "2018-11-04", 0, MIDNIGHT, 23),
    (SAO_PAULO, "2018-11-03", 0, MIDNIGHT, 24),
    (SAO_PAULO, "2018-02-17", 0, MIDNIGHT, 25),
    (HAVANA, "2026-11-01", 0, MIDNIGHT, 25),
    (HAVANA, "2026-10-31", 0, MIDNIGHT, 24),
    (APIA, "2011-12-30", 0, MIDNIGHT, 0),
    (APIA, "2011-12-29", 0, MIDNIGHT, 24),
    (APIA, "2011-12-30", NINE, FIVE, 0),
]


@pytest.mark.parametrize(("zone", "day", "opens", "closes", "open_hours"), DAYS)
def test_a_day_is_as_long_as_its_clocks_let_it(
    zone: str, day: str, opens: int, closes: int, open_hours: float
) -> None:
    local = date.fromisoformat(day)
    calendar = hours(zone, (local.weekday(),), opens, closes)
    begin, end = (wall_moment(ZoneInfo(zone), local, minute) for minute in (0, MIDNIGHT))
    assert calendar.between(begin, end) == int(open_hours * HOUR)


def test_what_opens_within_a_gap_opens_after_it() -> None:
    calendar = hours(BERLIN, EVERY_DAY, 150, FIVE)
    assert calendar.add(at(BERLIN, "2026-03-29T00:00"), 1) == at(BERLIN, "2026-03-29T03:00") + 1
    assert calendar.between(at(BERLIN, "2026-03-29T00:00"), at(BERLIN, "2026-03-29T03:00")) == 0


def test_around_the_clock_counts_each_hour_once() -> None:
    calendar = hours(BERLIN, EVERY_DAY, 0, MIDNIGHT)
    start = at(BERLIN, "2026-10-24T12:00")
    assert calendar.add(start, 24 * HOUR) == at(BERLIN, "2026-10-25T11:00") == start + 24 * HOUR
    assert calendar.between(at(BERLIN, "2026-10-25T02:30"), at(BERLIN, "2026-10-25T02:30+")) == HOUR


def test_nothing_is_added_to_a_start_that_need_not_be_open() -> None:
    calendar = hours(BERLIN)
    for text in ("2026-11-28T12:00", "2026-11-26T17:00", "2026-11-26T10:00"):
        assert calendar.add(at(BERLIN, text), 0) == at(BERLIN, text)


def test_no_time_lies_between_what_stands_in_the_wrong_order() -> None:
    calendar = hours(BERLIN)
    early, late = at(BERLIN, "2026-11-26T10:00"), at(BERLIN, "2026-11-26T11:00")
    assert calendar.between(late, early) == calendar.between(early, early) == 0
    assert ALWAYS_OPEN.between(late, early) == 0
    assert calendar.between(early, late) == ALWAYS_OPEN.between(early, late) == HOUR


def test_years_are_counted_over_their_turn() -> None:
    calendar = hours(BERLIN, EVERY_DAY, 0, MIDNIGHT)
    start, end = at(BERLIN, "1999-06-01T00:00"), at(BERLIN, "2031-02-01T00:30")
    assert calendar.between(start, end) == end - start
    assert calendar.add(start, end - start) == end


def test_a_calendar_that_never_opens_is_waited_for_ten_years_only() -> None:
    asked: list[date] = []

    def closed(day: date) -> bool:
        asked.append(day)
        return True

    calendar = BusinessHours(
        ZoneInfo(BERLIN), weekdays=WORKDAYS, opens_minute=NINE, closes_minute=FIVE, is_closed=closed
    )
    assert calendar.add(at(BERLIN, "2026-11-26T10:00"), 1) == NEVER
    assert max(asked).year <= 2036
    assert hours(BERLIN, ()).add(at(BERLIN, "2026-11-26T10:00"), MINUTE) == NEVER


@pytest.mark.parametrize(
    "moment", [to_micros(datetime.min.replace(tzinfo=ZoneInfo("UTC"))), -(10**18), 0, 10**18]
)
def test_wild_moments_are_answered_too(moment: int) -> None:
    calendar = hours(NEW_YORK)
    assert calendar.between(moment, moment + HOUR) in range(HOUR + 1)
    assert calendar.add(moment, 8 * HOUR) > 0 or moment < 0
    assert calendar.between(-(10**18), 10**18) > 0
    assert calendar.add(10**18, 1) == NEVER


def test_so_much_open_time_does_not_come() -> None:
    assert hours(BERLIN).add(0, 10**19) == NEVER


@pytest.mark.parametrize("calendar", [hours(BERLIN), ALWAYS_OPEN])
def test_a_negative_duration_is_refused(calendar: BusinessHours) -> None:
    with pytest.raises(ValueError, match="-1 is no duration"):
        calendar.add(0, -1)


@pytest.mark.parametrize(
    "broken",
    [
        lambda: hours(BERLIN, opens=FIVE, closes=NINE),
        lambda: hours(BERLIN, opens=NINE, closes=NINE),
        lambda: hours(BERLIN, closes=MIDNIGHT + 1),
        lambda: hours(BERLIN, opens=-1),
        lambda: hours(BERLIN, weekdays=(7,)),
    ],
)
def test_hours_that_are_none_are_refused(broken: Callable[[], BusinessHours]) -> None:
    with pytest.raises(ValueError, match=r"not within a day|no days of the week"):
        broken()


def test_calendar_time_is_always_open() -> None:
    start = at(BERLIN, "2026-11-28T03:00")
    assert ALWAYS_OPEN.add(start, 90 * HOUR) == start + 90 * HOUR
    assert ALWAYS_OPEN.between(start, start + 7) == 7
