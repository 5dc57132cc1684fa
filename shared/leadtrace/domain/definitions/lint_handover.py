"""Lint of the handover: every lead has a way to a team, and every team its terms and its answers."""

from collections.abc import Iterator, Sequence
from math import isfinite

from leadtrace.domain.definitions.finding import Finding, id_findings, nearest
from leadtrace.domain.definitions.handover import OPENERS, Handover, Reason, TeamTerms
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.lint_calendars import calendar_findings
from leadtrace.domain.definitions.lint_routing import routing_findings
from leadtrace.domain.definitions.model import Definitions
from leadtrace.events.lead import LADDER

_HANDOVER: Path = ("handover",)
_RUNGS = LADDER[1:-1]
# A year and ten years; a clock that runs longer reminds nobody.
_MOST = {"accept_within_hours": 8_784.0, "contact_within_hours": 8_784.0, "outcome_within_days": 3_660.0}


def handover_findings(definitions: Definitions) -> Iterator[Finding]:
    """Every rule of `handover` that does not hold."""
    handover = definitions.handover
    if handover is None:
        return
    if handover.at not in _RUNGS:
        rule = f"{handover.at} is no rung between inquiry and customer"
        yield Finding((*_HANDOVER, "at"), rule, f"use one of {', '.join(_RUNGS)}")
    yield from _openers(handover.opened_by)
    if handover.opened_by == ("verdict",) and all(
        row.stage != handover.at for row in definitions.qualification
    ):
        remedy = f"write clauses for {handover.at} under `qualification`, or let a claim open offers too"
        yield Finding(
            (*_HANDOVER, "opened_by"), f"waits for a verdict, and {handover.at} has no clauses", remedy
        )
    yield from _clocks(_HANDOVER, handover)
    if not (isfinite(handover.at_risk_share) and 0 < handover.at_risk_share < 1):
        rule = f"{handover.at_risk_share} is not between 0 and 1"
        yield Finding((*_HANDOVER, "at_risk_share"), rule, "write a share of the time, such as 0.75")
    yield from calendar_findings(handover)
    yield from _teams(handover)
    yield from routing_findings(handover)
    for key in ("rejection_reasons", "return_reasons"):
        yield from _reasons((*_HANDOVER, key), getattr(handover, key))


def _openers(openers: Sequence[str]) -> Iterator[Finding]:
    place: Path = (*_HANDOVER, "opened_by")
    if not openers:
        yield Finding(place, "is empty: no lead is ever offered", f"list {' or '.join(OPENERS)}, or both")
    for index, opener in enumerate(openers):
        if opener not in OPENERS:
            yield Finding((*place, index), f"{opener!r} opens no offer", nearest(opener, OPENERS))
        if opener in openers[:index]:
            yield Finding((*place, index), f"{opener!r} stands above already", "list each once")


def _teams(handover: Handover) -> Iterator[Finding]:
    place: Path = (*_HANDOVER, "teams")
    if not handover.teams:
        yield Finding(place, "is empty: there is nobody to offer a lead to", "list the teams that take leads")
    yield from id_findings(place, handover.teams)
    calendars = [calendar.id for calendar in handover.calendars]
    routed = {team for route in handover.routing for team in route.to}
    for index, team in enumerate(handover.teams):
        if team.calendar is not None and team.calendar not in calendars:
            remedy = nearest(team.calendar, calendars, none="list it under `calendars`")
            yield Finding((*place, index, "calendar"), f"{team.calendar!r} is no calendar", remedy)
        yield from _clocks((*place, index), team)
        if team.id not in routed:
            remedy = "name it in `to` of a route, or take it out"
            yield Finding((*place, index), f"nobody is routed to {team.id!r}", remedy)


def _clocks(place: Path, terms: Handover | TeamTerms) -> Iterator[Finding]:
    for key, most in _MOST.items():
        given = getattr(terms, key)
        if given is not None and not (isfinite(given) and 0 < given <= most):
            unit = key.rpartition("_")[2]
            rule = f"{given} is not above 0 and at most {most:g}"
            yield Finding((*place, key), rule, f"write {unit}, or leave it out")


def _reasons(place: Path, reasons: Sequence[Reason]) -> Iterator[Finding]:
    if not reasons:
        yield Finding(place, "is empty: nobody could say why", "list the reasons that count, closed")
    yield from id_findings(place, reasons)
