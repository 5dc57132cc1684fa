"""Lint of routes: the last one takes whoever is left, and each asks what it may ask."""

from collections.abc import Iterator, Sequence

from leadtrace.domain.definitions.finding import Finding, id_findings, nearest
from leadtrace.domain.definitions.handover import ROUTABLE, Handover, Route, RouteTest
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.lint_property import property_test_findings

_ROUTING: Path = ("handover", "routing")


def routing_findings(handover: Handover) -> Iterator[Finding]:
    """Every rule of `routing` that does not hold."""
    routes, teams = handover.routing, [team.id for team in handover.teams]
    if not routes or routes[-1].when:
        place = (*_ROUTING, len(routes) - 1) if routes else _ROUTING
        remedy = "end with a route without `when`, which takes whoever is left"
        yield Finding(place, "leaves leads that are routed nowhere", remedy)
    yield from id_findings(_ROUTING, routes)
    for index, route in enumerate(routes):
        place = (*_ROUTING, index)
        if index and not routes[index - 1].when:
            rule = f"is never asked: {routes[index - 1].id!r} above takes every lead"
            yield Finding(place, rule, "move the route without `when` to the end")
        for number, test in enumerate(route.when):
            yield from _test((*place, "when", number), test)
        yield from _teams((*place, "to"), route, teams)


def _test(place: Path, test: RouteTest) -> Iterator[Finding]:
    if test.property not in ROUTABLE:
        rule = f"{test.property!r} is nothing that a route may ask about"
        yield Finding((*place, "property"), rule, nearest(test.property, ROUTABLE))
    yield from property_test_findings(place, test)


def _teams(place: Path, route: Route, teams: Sequence[str]) -> Iterator[Finding]:
    if not route.to:
        yield Finding(place, "is empty", "name the team, or several that take turns")
    for index, team in enumerate(route.to):
        if team not in teams:
            remedy = nearest(team, teams, none="list it under `teams`")
            yield Finding((*place, index), f"{team!r} is no team", remedy)
        if team in route.to[:index]:
            yield Finding((*place, index), f"{team!r} stands before already", "name each team once")
