"""The terms of the handover by a schedule of definitions, with the business hours of its teams."""

from collections.abc import Mapping
from functools import lru_cache

from leadtrace.domain.custody.terms import (
    CALENDAR_TIME,
    DAY_US,
    HOUR_US,
    OpenTime,
    Promise,
    RouteRow,
    Terms,
    TermsSchedule,
)
from leadtrace.domain.definitions.handover import Handover, TeamTerms
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.scoring.conditions import property_condition
from leadtrace.runtime.business_calendars import business_hours_of

_CLAIM, _VERDICT = "claim", "verdict"
_made: dict[tuple[str, int | None], TermsSchedule] = {}


def terms_by(schedule: Schedule) -> TermsSchedule:
    """Whose terms were in force when; made once for each schedule."""
    key = (schedule.label, schedule.since)
    known = _made.get(key)
    if known is None:
        before = [(reign.since, _terms(reign.definitions)) for reign in schedule.before]
        known = _made[key] = TermsSchedule(_terms(schedule.current), schedule.since, tuple(before))
    return known


@lru_cache(maxsize=64)
def _terms(definitions: Definitions) -> Terms:
    block = definitions.handover
    if block is None:
        return Terms(definitions.version, by_claim=False)
    hours = business_hours_of(block)
    return Terms(
        version=definitions.version,
        stage=block.at,
        by_claim=_CLAIM in block.opened_by,
        by_verdict=_VERDICT in block.opened_by,
        routes=tuple(
            RouteRow(row.id, tuple((test.property, property_condition(test)) for test in row.when), row.to)
            for row in block.routing
        ),
        teams={team.id: _promise(block, team, hours) for team in block.teams},
        usual=_promise(block, None, hours),
        risk_share=block.at_risk_share,
    )


def _promise(block: Handover, team: TeamTerms | None, hours: Mapping[str, OpenTime]) -> Promise:
    own = team if team is not None else TeamTerms(id="")

    def said(its: float | None, usual: float, unit: int) -> int:
        return round((usual if its is None else its) * unit)

    return Promise(
        hours=hours[own.calendar] if own.calendar else CALENDAR_TIME,
        accept=said(own.accept_within_hours, block.accept_within_hours, HOUR_US),
        contact=said(own.contact_within_hours, block.contact_within_hours, HOUR_US),
        outcome=said(own.outcome_within_days, block.outcome_within_days, DAY_US),
        partner=own.partner,
    )
