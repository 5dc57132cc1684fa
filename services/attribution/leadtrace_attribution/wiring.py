"""Puts the attribution service together: the only place that names its concrete parts."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from leadtrace.bus.protocol import Outgoing
from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.events.topics import Topic
from leadtrace.runtime.clock import Clock, SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.reader import Reader, ReaderPlan
from leadtrace.runtime.reconcile import Hop
from leadtrace.runtime.wiring import make_bus
from leadtrace.store.connection import Connection
from leadtrace_attribution.handlers import NOTED_DEALS, NOTED_LEADS, AttributionHandler
from leadtrace_attribution.settings import AttributionSettings
from leadtrace_attribution.store import (
    ALL_DEALS,
    ALL_LEADS,
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
    handler = AttributionHandler(reference_to(live_definitions()), clock, _days(settings))
    stuck = {NOTED_DEALS: STUCK_DEALS, NOTED_LEADS: STUCK_LEADS}
    plan = ReaderPlan(SERVICE, GROUP, settings.port, handler, hops(handler), stuck)
    return Reader(plan, settings.common, make_bus(settings.common, SERVICE), clock)


def _days(settings: AttributionSettings) -> Days:
    return Days(ZoneInfo(settings.common.reporting.timezone))


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
