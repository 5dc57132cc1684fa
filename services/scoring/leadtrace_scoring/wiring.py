"""Puts the scoring service together: the only place that names its concrete parts."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from leadtrace.bus.protocol import Outgoing
from leadtrace.domain.calendar import Days
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.events.topics import Topic
from leadtrace.runtime.clock import Clock, SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.reader import Reader, ReaderPlan
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.sources import PublishedEvents
from leadtrace.runtime.reconcile import Hop
from leadtrace.runtime.wiring import make_bus
from leadtrace.store.connection import Connection
from leadtrace_scoring.handlers import NOTED_LEADS, ScoringHandler
from leadtrace_scoring.settings import ScoringSettings
from leadtrace_scoring.store import (
    ALL_LEADS,
    DUE_LEADS,
    GENERATION,
    MISSING_IN_API,
    MISSING_IN_ATTRIBUTION,
    STUCK_LEADS,
)

SERVICE = GROUP = "scoring"
_FIRST = UUID(int=0)


def wire(settings: ScoringSettings, clock: Clock | None = None) -> Reader:
    """One process of the service."""
    clock = clock or SystemClock()
    fold = ScoreFold(live_definitions(), Days(ZoneInfo(settings.common.reporting.timezone)))
    handler = ScoringHandler(fold, clock)
    plan = ReaderPlan(
        SERVICE,
        GROUP,
        settings.port,
        handler,
        hops(handler),
        {NOTED_LEADS: STUCK_LEADS},
        rebuild_plan(fold),
        {NOTED_LEADS: DUE_LEADS},
    )
    return Reader(plan, settings.common, make_bus(settings.common, SERVICE), clock)


def rebuild_plan(fold: ScoreFold) -> RebuildPlan:
    """Scores are rebuilt from the events of leads."""
    signature = f"fold {fold.version}, definitions {live_definitions().version}"
    return RebuildPlan(GENERATION, (PublishedEvents((Topic.LEAD_EVENTS.value,)),), signature, "seen")


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
