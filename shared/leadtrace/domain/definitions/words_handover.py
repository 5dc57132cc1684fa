"""What the terms of the handover say, in words that both teams read."""

from collections.abc import Sequence

from leadtrace.domain.definitions.handover import (
    WEEKDAYS,
    BusinessCalendar,
    Clocks,
    Handover,
    Route,
    TeamTerms,
)
from leadtrace.domain.definitions.words import counted, plain, property_words

_OPENED = {"claim": "the CRM says {at}", "verdict": "everything that {at} requires holds"}
_DAYS = dict(
    zip(
        WEEKDAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)


def handover_words(handover: Handover) -> str:
    """When a lead is offered, and when a clock is at risk."""
    opened = " or ".join(_OPENED[one].format(at=handover.at) for one in handover.opened_by)
    share = plain(round(100 * handover.at_risk_share, 6))
    return f"offered once {opened}; a clock is at risk once {share}% of its time has passed"


def calendar_words(calendar: BusinessCalendar) -> str:
    """When it is open."""
    said = f"{_days(calendar.days)} {calendar.opens} to {calendar.closes} in {calendar.timezone}"
    if calendar.country is not None:
        place = "-".join(filter(None, (calendar.country, calendar.subdivision)))
        said += f"; closed on the public holidays of {place}"
    if calendar.closed:
        said += f"; closed on {', '.join(calendar.closed)}"
    return said


def team_words(team: TeamTerms, clocks: Clocks) -> str:
    """Within what time a team answers."""
    hour = "calendar hour" if team.calendar is None else "open hour"
    by = "" if team.calendar is None else f" by {team.calendar}"
    said = (
        f"accepts or rejects within {counted(clocks.accept_within_hours, hour)}, "
        f"contacts within {counted(clocks.contact_within_hours, hour)}{by}; "
        f"tells the outcome within {counted(clocks.outcome_within_days, 'day')} of acceptance"
    )
    return f"a partner: {said}" if team.partner else said


def route_words(route: Route) -> str:
    """Which leads a route takes."""
    return " and ".join(property_words(test.property, test) for test in route.when) or "whoever is left"


def turn_words(teams: Sequence[str]) -> str:
    """To whom they go."""
    return teams[0] if len(teams) == 1 else f"{', '.join(teams)} by turns"


def _days(days: Sequence[str]) -> str:
    """Days in the order of the week; three and more in a row by their first and last."""
    places = sorted(map(WEEKDAYS.index, days))
    names = [_DAYS[WEEKDAYS[place]] for place in places]
    if len(places) > 2 and places[-1] - places[0] == len(places) - 1:  # noqa: PLR2004 - a row of three
        return f"{names[0]} to {names[-1]}"
    return ", ".join(names)
