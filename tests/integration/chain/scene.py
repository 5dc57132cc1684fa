"""Both readers over a bus in memory and a real database, and what they hold at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from hypothesis import HealthCheck, settings

from leadtrace.bus.memory import MemoryBus
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.scoring.history_fold import fold_by
from leadtrace.events.envelope import Event
from leadtrace.events.snapshots import DEAL_CONCLUDED, LEAD_CONCLUDED, LEAD_SCORED
from leadtrace.runtime.clock import Clock, SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.handler import Handler
from leadtrace.store.connection import Pool
from leadtrace.testing.builders import outgoing
from leadtrace.testing.chain import Stage, make_bus, put
from leadtrace.testing.published import newest, published
from leadtrace_attribution.handlers import AttributionHandler
from leadtrace_scoring.handlers import ScoringHandler

_TABLES = {
    "scoring": ("leads", "bindings", "notes", "seen", "dead_letters"),
    "attribution": (
        *("leads", "deals", "deal_subjects", "bindings", "notes", "seen", "dead_letters"),
        *("credit_due", "journeys", "credits", "credit_days", "journey_days", "journey_steps"),
    ),
}
_BODIES = """
select 'score', lead_id, body from scoring.leads where body is not null
union all select 'outcome', lead_id, body from attribution.leads where body is not null
union all select 'deal', deal_id, body from attribution.deals where body is not null
order by 1, 2
"""

# Worlds through a real database take their time: a sixth of those that the pure folds get.
THROUGH_THE_STORE = settings(
    deadline=None,
    max_examples=settings().max_examples // 6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Bodies = list[tuple[Any, ...]]


def scoring_handler(clock: Clock | None = None) -> ScoringHandler:
    """Scoring by the definitions that are shipped."""
    return ScoringHandler(fold_by(live_definitions()), clock or SystemClock())


def attribution_handler(clock: Clock | None = None) -> AttributionHandler:
    """Attribution by the definitions that are shipped."""
    return AttributionHandler(Schedule(live_definitions()), clock or SystemClock())


@dataclass(slots=True)
class Scene:
    """One database and one bus; `stage` makes readers of them."""

    pool: Pool
    bus: MemoryBus
    url: str

    def stage(
        self,
        handler: Handler,
        *,
        pool: "Pool | None" = None,
        max_records: int = 5_000,
        group: str | None = None,
    ) -> Stage:
        """A reader with this handler, of the service's group unless another is named."""
        service = "attribution" if len(handler.topics) > 1 else "scoring"
        return Stage(service, self.bus, pool or self.pool, handler, max_records=max_records, group=group)

    async def put(self, *events: Event) -> None:
        """Publish canonical events."""
        await put(self.bus, [outgoing(made) for made in events])

    async def settle(self) -> None:
        """Let both services read all there is."""
        await self.stage(scoring_handler()).drain()
        await self.stage(attribution_handler()).drain()

    async def bodies(self) -> Bodies:
        """Every snapshot that the services hold, but for its revision."""
        return [tuple(row) for row in await self.pool.fetch(_BODIES)]

    def read_by_others(self) -> Bodies:
        """What a reader of the three snapshot topics holds, in the shape and order of `bodies`."""
        kinds = (("deal", DEAL_CONCLUDED), ("outcome", LEAD_CONCLUDED), ("score", LEAD_SCORED))
        return [
            (name, entity, one.body)
            for name, kind in kinds
            for entity, one in sorted(newest(published(self.bus, kind)).items())
        ]

    async def clean(self, events: Sequence[Event]) -> Bodies:
        """What one undisturbed run over these events ends in; the scene is empty afterwards."""
        await self.empty()
        await self.put(*events)
        await self.settle()
        bodies = await self.bodies()
        await self.empty()
        return bodies

    async def empty(self) -> None:
        """Forget everything, on the bus and in the tables."""
        for schema, tables in _TABLES.items():
            await self.pool.execute(f"truncate {', '.join(f'{schema}.{table}' for table in tables)}")
        self.bus = await make_bus()

    async def row(self, statement: str, *values: object) -> tuple[Any, ...]:
        """The one row of a statement."""
        return tuple(await self.pool.fetchrow(statement, *values) or ())


async def open_scene(url: str) -> Scene:
    """A scene on this database; close its pool in the end."""
    return Scene(await asyncpg.create_pool(url, min_size=1, max_size=6), await make_bus(), url)
