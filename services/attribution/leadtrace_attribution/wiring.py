"""Puts the attribution service together: the only place that names its concrete parts."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from leadtrace.bus.protocol import Outgoing
from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.events.snapshots import LEAD_SCORED
from leadtrace.events.topics import Topic
from leadtrace.runtime.clock import Clock, SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.reader import Reader, ReaderPlan
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.sources import NewestSnapshots, PublishedEvents
from leadtrace.runtime.reconcile import Hop
from leadtrace.runtime.wiring import make_bus
from leadtrace.store.connection import Connection
from leadtrace_attribution.handlers import NOTED_DEALS, NOTED_LEADS, AttributionHandler
from leadtrace_attribution.settings import AttributionSettings
from leadtrace_attribution.store import (
    ALL_DEALS,
    ALL_LEADS,
    GENERATION,
    MISSING_DEALS_IN_API,
    MISSING_LEADS_IN_API,
    STUCK_DEALS,
    STUCK_LEADS,
)

SERVICE = GROUP = "attribution"
_FIRST = UUID(int=0)


def wire(settings: AttributionSettings, clock: Clock | None = None) -> Reader:
    """One process of the service."""
    clock = clock or SystemClock()
    timezone = settings.common.reporting.timezone
    handler = AttributionHandler(reference_to(live_definitions()), clock, Days(ZoneInfo(timezone)))
    stuck = {NOTED_DEALS: STUCK_DEALS, NOTED_LEADS: STUCK_LEADS}
    plan = ReaderPlan(SERVICE, GROUP, settings.port, handler, hops(handler), stuck, rebuild_plan(timezone))
    return Reader(plan, settings.common, make_bus(settings.common, SERVICE), clock)


def rebuild_plan(timezone: str) -> RebuildPlan:
    """Outcomes are rebuilt from the events of leads and deals, and from the newest verdicts of scoring."""
    versions = f"folds {LeadFold().version} and {DealFold().version}"
    return RebuildPlan(
        GENERATION,
        (
            PublishedEvents((Topic.LEAD_EVENTS.value, Topic.DEAL_EVENTS.value)),
            NewestSnapshots(LEAD_SCORED, "scoring.pub_leads", "lead_id", qualified=True),
        ),
        f"{versions}, definitions {live_definitions().version}, {timezone}",
        "seen",
    )


def hops(handler: AttributionHandler) -> Sequence[Hop]:
    """The hops that attribution owns."""
    leads, deals = Topic.LEAD_OUTCOMES.value, Topic.DEAL_OUTCOMES.value
    load_leads, load_deals = partial(_load, handler, NOTED_LEADS), partial(_load, handler, NOTED_DEALS)
    return (
        Hop(f"{leads} to api", leads, MISSING_LEADS_IN_API, ALL_LEADS, _FIRST, load_leads),
        Hop(f"{deals} to api", deals, MISSING_DEALS_IN_API, ALL_DEALS, _FIRST, load_deals),
    )


async def _load(
    handler: AttributionHandler, kind: str, connection: Connection, keys: Sequence[UUID]
) -> list[Outgoing]:
    return await handler.noted(connection, kind, keys)
