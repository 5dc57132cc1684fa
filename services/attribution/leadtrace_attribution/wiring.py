"""Puts the attribution service together: the only place that names its concrete parts."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from leadtrace.bus.protocol import Outgoing
from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.calendar import Days
from leadtrace.domain.credits.parameters import digest_of, parameters_of
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.rates import NO_RATES, Rates
from leadtrace.events.snapshots import LEAD_SCORED
from leadtrace.events.topics import Topic
from leadtrace.runtime.attribution_terms import attribution_terms_by
from leadtrace.runtime.business_calendars import calendar_label
from leadtrace.runtime.clock import Clock, SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.reader import Reader, ReaderPlan
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.sources import NewestSnapshots, PublishedEvents, Source
from leadtrace.runtime.reconcile import Hop
from leadtrace.runtime.versions.once_complete import OnceComplete
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.runtime.wiring import make_bus
from leadtrace.store.connection import Connection
from leadtrace_attribution.crediting.units import Crediting
from leadtrace_attribution.crediting.worker import By, CreditingWorker
from leadtrace_attribution.handlers import NOTED_DEALS, NOTED_LEADS, AttributionHandler
from leadtrace_attribution.settings import AttributionSettings
from leadtrace_attribution.store import (
    ALL_DEALS,
    ALL_LEADS,
    DUE_LEADS,
    FOLD_AGAIN_SINCE,
    GENERATION,
    MISSING_DEALS_IN_API,
    MISSING_LEADS_IN_API,
    STUCK_DEALS,
    STUCK_LEADS,
    counted_otherwise,
)

SERVICE = GROUP = "attribution"
_FIRST = UUID(int=0)


def wire(settings: AttributionSettings, clock: Clock | None = None) -> Reader:
    """One process of the service."""
    clock = clock or SystemClock()
    timezone = settings.common.reporting.timezone
    days, rates = Days(ZoneInfo(timezone)), settings.rates

    def handler(schedule: Schedule) -> AttributionHandler:
        return AttributionHandler(schedule, clock, days, rates)

    schedules = Schedules(SERVICE, live_definitions())
    plan = ReaderPlan(
        service=SERVICE,
        group=GROUP,
        port=settings.port,
        handler=handler,
        hops=hops(handler(Schedule(live_definitions()))),
        stuck={NOTED_DEALS: STUCK_DEALS, NOTED_LEADS: STUCK_LEADS},
        generation=GENERATION,
        rebuild=lambda schedule: rebuild_plan(timezone, schedule, rates),
        due={NOTED_LEADS: DUE_LEADS, NOTED_DEALS: counted_otherwise(rates.mark)},
        beside=lambda pool: CreditingWorker(pool, schedules, crediting_by(timezone)),
    )
    return Reader(plan, settings.common, make_bus(settings.common, SERVICE), clock)


def crediting_by(timezone: str) -> By:
    """What credits by the terms of a schedule, with days of this time zone, and a label of these terms."""
    days = Days(ZoneInfo(timezone))

    def crediting(schedule: Schedule) -> tuple[Crediting, str]:
        terms = attribution_terms_by(schedule)
        made = Crediting(parameters_of(terms), days, terms.channel_of)
        return made, f"{digest_of(schedule.current.attribution)} {timezone}"

    return crediting


def rebuild_plan(timezone: str, schedule: Schedule, rates: Rates = NO_RATES) -> RebuildPlan:
    """Outcomes are rebuilt from the events of leads and deals, and from the newest verdicts of scoring."""
    versions = f"folds {LeadFold().version} and {DealFold().version}"
    return RebuildPlan(
        GENERATION,
        (
            PublishedEvents((Topic.LEAD_EVENTS.value, Topic.DEAL_EVENTS.value)),
            _verdicts(schedule),
        ),
        f"{versions}, definitions {schedule.label}, calendars {calendar_label()}, {timezone}, "
        f"rates {rates.mark}",
        "seen",
        settle=_settle,
    )


async def _settle(connection: Connection, since: int) -> None:
    await connection.execute(FOLD_AGAIN_SINCE, since)


def _verdicts(schedule: Schedule) -> Source:
    live, shadow = (
        NewestSnapshots(LEAD_SCORED, f"scoring.{view}", "lead_id", qualified=True)
        for view in ("pub_leads", "pub_shadow_leads")
    )
    return OnceComplete("scoring", schedule.version, shadow, live) if schedule.is_shadow else live


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
