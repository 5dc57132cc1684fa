"""Laws of business hours: adding and measuring agree, and both with a walk from minute to minute."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.hours.business_hours import BusinessHours
from leadtrace.events.times import from_micros, to_micros

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Days on which the clock is changed, and an ordinary one, by zone.
CHANGES = (
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Adelaide", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 17)),
    ("America/Havana", date(2026, 11, 1)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kolkata", date(2026, 1, 1)),
)


@dataclass(frozen=True)
class Calendar:
    """A calendar as it is drawn, and a day near which it is asked."""

    zone: str
    around: date
    weekdays: frozenset[int]
    opens: int
    closes: int
    closed: frozenset[date]

    def hours(self) -> BusinessHours:
        return BusinessHours(
            ZoneInfo(self.zone),
            weekdays=self.weekdays,
            opens_minute=self.opens,
            closes_minute=self.closes,
            is_closed=self.closed.__contains__,
        )

    def open_minutes(self, start: int, end: int) -> list[int]:
        """The open minutes (their first moment, µs) that reach into [start, end), by walking them all.

        A day is open once its clock has shown the opening time, until it has shown the closing time.
        """
        zone, shown, found = ZoneInfo(self.zone), dict[date, int](), list[int]()
        for minute in range((start - 2 * DAY) // MINUTE * MINUTE, end, MINUTE):
            local = from_micros(minute).astimezone(zone)
            day = local.date()
            shown[day] = max(shown.get(day, 0), local.hour * 60 + local.minute)
            works = day.weekday() in self.weekdays and day not in self.closed
            if works and self.opens <= shown[day] < self.closes and minute + MINUTE > start:
                found.append(minute)
        return found


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    zone, around = draw(st.sampled_from(CHANGES))
    opens = draw(st.one_of(st.sampled_from((0, 540, 120, 150)), st.integers(0, 1439)))
    days = [around + timedelta(days=number) for number in range(-3, 4)]
    return Calendar(
        zone=zone,
        around=around,
        weekdays=draw(st.frozensets(st.integers(0, 6), min_size=4)),
        opens=opens,
        closes=draw(st.one_of(st.just(1440), st.integers(opens + 1, 1440))),
        closed=draw(st.frozensets(st.sampled_from(days), max_size=2)),
    )


def moments(calendar: Calendar) -> st.SearchStrategy[int]:
    """Moments within two days of the change."""
    midnight = to_micros(datetime.combine(calendar.around, time.min, UTC))
    near = st.integers(-2 * DAY, 2 * DAY) | st.integers(-48, 48).map(lambda hour: hour * HOUR)
    return near.map(lambda distance: midnight + distance)


@given(st.data(), calendars())
def test_what_lies_between_is_the_sum_of_the_open_minutes(data: st.DataObject, calendar: Calendar) -> None:
    start, end = sorted(data.draw(st.tuples(moments(calendar), moments(calendar))))
    walked = sum(
        min(end, minute + MINUTE) - max(start, minute) for minute in calendar.open_minutes(start, end)
    )
    assert calendar.hours().between(start, end) == walked


@given(st.data(), calendars(), st.integers(1, 30 * HOUR) | st.integers(1, 30).map(lambda hour: hour * HOUR))
def test_adding_ends_where_a_walk_has_used_it_up(
    data: st.DataObject, calendar: Calendar, duration: int
) -> None:
    start = data.draw(moments(calendar))
    end, left = calendar.hours().add(start, duration), duration
    for minute in calendar.open_minutes(start, min(end + HOUR, start + 9 * DAY)):
        begun = max(start, minute)
        if left <= minute + MINUTE - begun:
            assert end == begun + left
            return
        left -= minute + MINUTE - begun
    assert end > start + 9 * DAY


@given(st.data(), calendars(), st.integers(0, 700 * DAY) | st.just(0))
def test_adding_and_measuring_agree(data: st.DataObject, calendar: Calendar, more: int) -> None:
    # A day may be open for a minute only, and nobody waits for centuries.
    longest = 700 * MINUTE * (calendar.closes - calendar.opens)
    duration = data.draw(st.integers(0, longest) | st.integers(0, longest // HOUR).map(HOUR.__mul__))
    more %= longest
    hours, start = calendar.hours(), data.draw(moments(calendar))
    end = hours.add(start, duration)
    assert hours.between(start, end) == duration
    assert hours.add(start, duration + more) == hours.add(end, more) or more == 0
    assert duration == 0 or hours.between(start, end - 1) == duration - 1
    # What was asked before changes no answer.
    assert hours.add(start, duration) == calendar.hours().add(start, duration) == end
