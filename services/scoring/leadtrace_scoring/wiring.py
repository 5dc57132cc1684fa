"""Puts the scoring service together: the only place that names its concrete parts."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute

from leadtrace.bus.protocol import Outgoing
from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.scoring.history_fold import HistoryFold
from leadtrace.events.topics import Topic
from leadtrace.runtime.admin import Authorize
from leadtrace.runtime.clock import Clock, SystemClock, SystemIds
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.reader import Reader, ReaderPlan
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.sources import PublishedEvents
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.reconcile import Hop
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.runtime.wiring import make_bus
from leadtrace.store.connection import Connection, Pool
from leadtrace_scoring.comparing.comparer import Comparer
from leadtrace_scoring.comparing.routes import comparing_routes
from leadtrace_scoring.handlers import NOTED_LEADS, ScoringHandler
from leadtrace_scoring.prediction.routes import Models
from leadtrace_scoring.prediction.trainer import Trainer
from leadtrace_scoring.settings import ScoringSettings
from leadtrace_scoring.store import (
    ALL_LEADS,
    FORGET_STATES_SINCE,
    GENERATION,
    MISSING_IN_API,
    MISSING_IN_ATTRIBUTION,
    STUCK_LEADS,
    due_leads,
)

SERVICE = GROUP = "scoring"
_FIRST = UUID(int=0)


def wire(settings: ScoringSettings, clock: Clock | None = None) -> Reader:
    """One process of the service."""
    clock = clock or SystemClock()
    prediction, ids = settings.common.prediction, SystemIds(clock)
    days = Days(ZoneInfo(settings.common.reporting.timezone))
    schedules = Schedules(SERVICE, live_definitions())

    def fold(schedule: Schedule) -> HistoryFold:
        return HistoryFold(schedule, days, prediction.plan)

    def handler(schedule: Schedule) -> ScoringHandler:
        return ScoringHandler(fold(schedule), clock)

    def more_routes(pool: Pool, authorize: Authorize, traffic: Traffic) -> Sequence[BaseRoute]:
        comparer = Comparer(pool, traffic, days, clock, schedules, fold)
        return comparing_routes(comparer, pool, authorize)

    plan = ReaderPlan(
        service=SERVICE,
        group=GROUP,
        port=settings.port,
        handler=handler,
        hops=hops(handler(Schedule(live_definitions()))),
        stuck={NOTED_LEADS: STUCK_LEADS},
        generation=GENERATION,
        rebuild=lambda schedule: rebuild_plan(fold(schedule)),
        due={NOTED_LEADS: due_leads(prediction.plan)},
        routes=more_routes,
        beside=lambda pool: Models(Trainer(prediction, schedules, days, pool, ids), pool),
    )
    return Reader(plan, settings.common, make_bus(settings.common, SERVICE), clock)


def rebuild_plan(fold: HistoryFold) -> RebuildPlan:
    """Scores are rebuilt from the events of leads.

    The active model is not named: rows remember by which one they were made, also those of the next
    generation, and whatever is of another is due.
    """
    signature = f"fold {fold.version}, definitions {fold.definition.version}"
    events = PublishedEvents((Topic.LEAD_EVENTS.value,))
    return RebuildPlan(GENERATION, (events,), signature, "seen", settle=_settle)


async def _settle(connection: Connection, since: int) -> None:
    await connection.execute(FORGET_STATES_SINCE, since)


def hops(handler: ScoringHandler) -> Sequence[Hop]:
    """The hops that scoring owns."""
    topic = Topic.LEAD_SCORES.value
    load = partial(_load, handler)
    return (
        Hop(f"{topic} to attribution", topic, MISSING_IN_ATTRIBUTION, ALL_LEADS, _FIRST, load),
        Hop(f"{topic} to api", topic, MISSING_IN_API, ALL_LEADS, _FIRST, load),
    )


async def _load(handler: ScoringHandler, connection: Connection, keys: Sequence[UUID]) -> list[Outgoing]:
    return await handler.noted(connection, NOTED_LEADS, keys)
