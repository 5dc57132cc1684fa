"""From the terms of the handover to what is said of them; what names no owner has that of the block."""

from collections.abc import Sequence

from leadtrace.domain.definitions.handover import BusinessCalendar, Handover, Reason, TeamTerms, clocks_of
from leadtrace.domain.definitions.said_handover import (
    CalendarSaid,
    HandoverSaid,
    ReasonSaid,
    RouteSaid,
    TeamSaid,
)
from leadtrace.domain.definitions.words_handover import (
    calendar_words,
    handover_words,
    route_words,
    team_words,
)


def tell_handover(handover: Handover, owner: str) -> HandoverSaid:
    """Everything that terms which passed the lint say."""
    held = handover.owner or owner
    return HandoverSaid(
        owner=held,
        words=handover_words(handover),
        at=handover.at.value,
        opened_by=handover.opened_by,
        at_risk_share=handover.at_risk_share,
        calendars=tuple(map(_calendar, handover.calendars)),
        teams=tuple(_team(handover, team, held) for team in handover.teams),
        routing=tuple(RouteSaid(route.id, route_words(route), route.to) for route in handover.routing),
        rejection_reasons=_reasons(handover.rejection_reasons),
        return_reasons=_reasons(handover.return_reasons),
    )


def _calendar(calendar: BusinessCalendar) -> CalendarSaid:
    return CalendarSaid(
        id=calendar.id,
        words=calendar_words(calendar),
        timezone=calendar.timezone,
        country=calendar.country,
        subdivision=calendar.subdivision,
        days=calendar.days,
        opens=calendar.opens,
        closes=calendar.closes,
        closed=calendar.closed,
    )


def _team(handover: Handover, team: TeamTerms, owner: str) -> TeamSaid:
    clocks = clocks_of(handover, team)
    return TeamSaid(
        id=team.id,
        owner=team.owner or owner,
        words=team_words(team, clocks),
        partner=team.partner,
        calendar=team.calendar,
        accept_within_hours=clocks.accept_within_hours,
        contact_within_hours=clocks.contact_within_hours,
        outcome_within_days=clocks.outcome_within_days,
    )


def _reasons(reasons: Sequence[Reason]) -> tuple[ReasonSaid, ...]:
    return tuple(ReasonSaid(reason.id, reason.means) for reason in reasons)
