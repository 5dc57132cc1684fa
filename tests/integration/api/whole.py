"""Events through all services into the api's tables, and every table empty again."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.predict.features import Plan
from leadtrace.domain.rates import Rates
from leadtrace.domain.scoring.history_fold import fold_by
from leadtrace.events.envelope import Event
from leadtrace.runtime.clock import FrozenClock, SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.store.connection import Pool
from leadtrace.testing.builders import outgoing
from leadtrace.testing.chain import Stage, make_bus, put
from leadtrace_attribution.handlers import AttributionHandler
from leadtrace_scoring.handlers import ScoringHandler
from tests.integration.api.bound import store_bindings
from tests.integration.api.ingested import store_event
from tests.integration.api.projection import RATES, Projection

_TABLES = {
    "ingest": ("events", "subjects", "bindings", "lapsed_events", "lapsed_entities"),
    "scoring": ("leads", "bindings", "notes", "seen", "dead_letters"),
    "attribution": (
        "leads",
        "deals",
        "deal_subjects",
        "bindings",
        "notes",
        "seen",
        "dead_letters",
        "credit_due",
        "journeys",
        "credits",
        "credit_days",
        "journey_days",
        "journey_steps",
        "credit_state",
    ),
    "api": (
        "leads",
        "deals",
        "funnel_daily",
        "revenue_daily",
        "step_ages",
        "funnel_known",
        "revenue_known",
        "lead_days",
        "judgements",
        "visits",
        "known_leads",
        "postings",
        "offers",
        "spend_accounts",
        "spend_events",
        "spend_days",
        "notes",
        "dead_letters",
    ),
}


async def forget_everything(owner: Pool) -> None:
    """Leave every table empty."""
    names = ", ".join(f"{schema}.{table}" for schema, tables in _TABLES.items() for table in tables)
    await owner.execute(f"truncate {names}")


class Whole:
    """All services over one database and one bus."""

    def __init__(self, projection: Projection, plan: Plan | None = None, rates: Rates = RATES) -> None:
        self.projection = projection
        definitions, clock = live_definitions(), SystemClock()
        # Scores fade: to compare what was known at a moment, let it be that moment.
        self.clock = FrozenClock(clock.now())
        days = Days(ZoneInfo("Europe/Berlin"))
        self.scoring = ScoringHandler(fold_by(definitions, days, plan), self.clock)
        self.attribution = AttributionHandler(Schedule(definitions), clock, days, rates)
        self.handlers = (
            ("scoring", self.scoring),
            ("attribution", self.attribution),
            ("api", projection.projector),
        )

    async def begin(self) -> None:
        """Forget everything."""
        await forget_everything(self.projection.owner)
        self.bus = await make_bus()

    async def tell(self, events: Sequence[Event], *, copies: int = 1, size: int = 5_000) -> None:
        """Store and publish events, and have every service read all there is."""
        async with self.projection.owner.acquire() as connection:
            for made in events:
                await store_event(connection, made)
                await store_bindings(connection, made)
        await put(self.bus, [outgoing(made) for made in events for _ in range(copies)])
        for service, handler in self.handlers:
            await Stage(service, self.bus, self.projection.owner, handler, max_records=size).drain()
