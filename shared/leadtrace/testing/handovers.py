"""Hypothesis strategies of the terms of a handover that pass the lint."""

from datetime import date

from hypothesis import strategies as st

from leadtrace.domain.definitions.handover import (
    OPENERS,
    ROUTABLE,
    WEEKDAYS,
    BusinessCalendar,
    Handover,
    Reason,
    Route,
    RouteTest,
    TeamTerms,
)
from leadtrace.events.lead import LADDER

_PLACES = (
    ("Europe/Berlin", "DE", "BE"),
    ("Europe/Berlin", None, None),
    ("America/New_York", "US", None),
    ("Australia/Adelaide", "AU", "SA"),
)
_HOURS = (("09:00", "17:00"), ("00:00", "24:00"), ("08:30", "18:15"))


@st.composite
def handovers(draw: st.DrawFn) -> Handover:
    """One to three teams, each with a route of its own or a turn in the last one."""
    calendars = tuple(_calendar(draw, f"calendar{number}") for number in range(draw(st.integers(0, 2))))
    teams = tuple(_team(draw, f"team{number}", calendars) for number in range(draw(st.integers(1, 3))))
    # The lint refuses a calendar that no team has.
    kept = tuple(one for one in calendars if any(team.calendar == one.id for team in teams))
    return Handover(
        # With claims, since not every stage has clauses.
        at=draw(st.sampled_from(LADDER[1:-1])),
        opened_by=draw(st.sampled_from((OPENERS, ("claim",)))),
        calendars=kept,
        teams=teams,
        routing=_routing(draw, tuple(team.id for team in teams)),
        accept_within_hours=draw(_numbers()),
        contact_within_hours=draw(_numbers()),
        outcome_within_days=draw(_numbers()),
        at_risk_share=draw(st.sampled_from((0.5, 0.75, 0.9))),
        rejection_reasons=(Reason(id="not_a_fit", means="Not for us."), Reason(id="bad_data")),
        return_reasons=(Reason(id="not_now"),),
    )


def _numbers() -> st.SearchStrategy[float]:
    return st.integers(1, 400).map(lambda quarters: quarters / 4)


def _calendar(draw: st.DrawFn, name: str) -> BusinessCalendar:
    zone, country, subdivision = draw(st.sampled_from(_PLACES))
    opens, closes = draw(st.sampled_from(_HOURS))
    days = draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1))
    closed = draw(st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=3))
    return BusinessCalendar(
        id=name,
        timezone=zone,
        country=country,
        subdivision=subdivision,
        days=tuple(day for day in WEEKDAYS if day in days),
        opens=opens,
        closes=closes,
        closed=tuple(day.isoformat() for day in sorted(closed)),
    )


def _team(draw: st.DrawFn, name: str, calendars: tuple[BusinessCalendar, ...]) -> TeamTerms:
    own = st.one_of(st.none(), _numbers())
    return TeamTerms(
        id=name,
        calendar=draw(st.sampled_from((None, *(calendar.id for calendar in calendars)))),
        partner=draw(st.booleans()),
        accept_within_hours=draw(own),
        contact_within_hours=draw(own),
        outcome_within_days=draw(own),
    )


def _routing(draw: st.DrawFn, teams: tuple[str, ...]) -> tuple[Route, ...]:
    own = draw(st.integers(0, len(teams) - 1))
    routes = [Route(id=f"to_{team}", when=(_test(draw),), to=(team,)) for team in teams[:own]]
    return (*routes, Route(id="others", to=teams[own:]))


def _test(draw: st.DrawFn) -> RouteTest:
    name = draw(st.sampled_from(ROUTABLE))
    if draw(st.booleans()):
        return RouteTest(property=name, known=True)
    return RouteTest(property=name, any_of=draw(st.sampled_from((("DE", "at"), ("saas",)))))
