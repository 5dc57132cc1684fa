"""All three services that can be rebuilt, over a bus in memory and a real database, each in its own role."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from leadtrace.bus.memory import MemoryBus
from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.scoring.history_fold import fold_by
from leadtrace.events.envelope import Event
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.handler import Handler
from leadtrace.runtime.rebuild.both import BothGenerations
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.rebuilder import Rebuilder
from leadtrace.runtime.rebuild.steps import steps_of
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.versions.handlers import Always
from leadtrace.store.connection import Pool
from leadtrace.store.engine import make_pool
from leadtrace.store.generation.state import Rebuild
from leadtrace.store.roles import role_of
from leadtrace.testing.builders import outgoing
from leadtrace.testing.chain import Stage, make_bus, put
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.store.generation import rebuild_plan as plan_of_api
from leadtrace_attribution.handlers import AttributionHandler
from leadtrace_attribution.wiring import rebuild_plan as plan_of_attribution
from leadtrace_scoring.handlers import ScoringHandler
from leadtrace_scoring.wiring import rebuild_plan as plan_of_scoring
from tests.integration.api.bound import store_bindings
from tests.integration.api.ingested import store_event

ORDER = ("scoring", "attribution", "api")
_ZONE = "Europe/Berlin"
_NO_LEASE = timedelta(0)


class Service:
    """One service: its live loop, and what rebuilds its rows."""

    def __init__(self, name: str, bus: MemoryBus, pool: Pool, handler: Handler, plan: RebuildPlan) -> None:
        self.name, self.pool, self.plan = name, pool, plan
        self._bus, self._raw = bus, handler
        self.handler = BothGenerations(Always(handler), plan.generation, Traffic())

    def rebuilder(self, *, size: int = 3, handler: Handler | None = None) -> Rebuilder:
        """A rebuilder as a process that just started has it, with small pages and leases that end at once."""
        plan = self.plan
        steps = steps_of(handler or self._raw, plan, size=size)
        ids = SystemIds(SystemClock())
        return Rebuilder(plan, self._raw, self.pool, ids, Traffic(), steps, _NO_LEASE)

    async def read(self, *, max_records: int = 5_000) -> None:
        """Have the live loop read all there is."""
        await Stage(self.name, self._bus, self.pool, self.handler, max_records=max_records).drain()

    async def rebuild(self, *, takes_over: bool = True, size: int = 3) -> Rebuild:
        """A whole rebuild, from beginning to end."""
        rebuilder = self.rebuilder(size=size)
        await rebuilder.begin(takes_over=takes_over, by="test")
        await rebuilder.work(UUID(int=1), StopSignal())
        return await self.newest()

    async def until_takeover(self) -> Rebuilder:
        """A rebuild with all its steps done and only the takeover left."""
        rebuilder = self.rebuilder()
        await rebuilder.begin(takes_over=True, by="test")
        while (rebuild := await self.newest()).step < len(rebuilder.steps):
            await self.page(rebuilder, rebuild)
        return rebuilder

    async def page(self, rebuilder: Rebuilder, rebuild: Rebuild) -> None:
        """One page of a running rebuild."""
        async with self.pool.acquire() as connection:
            assert await rebuilder.store.claim(connection, UUID(int=1), _NO_LEASE) is not None
        await rebuilder._page(rebuild, rebuilder.steps[rebuild.step], UUID(int=1))

    async def newest(self) -> Rebuild:
        """The last rebuild."""
        newest = await self.rebuilder().newest()
        assert newest is not None
        return newest

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of its generation that says anything, revisions included, sets left out."""
        found = {}
        for table in self.plan.generation.tables:
            left_out = ["facts", *table.paths]
            found[table.name] = (
                []
                if not table.compared
                else [
                    tuple(row)
                    for row in await self.pool.fetch(
                        f"select to_jsonb(t) - $1::text[] from {self.name}.{table.name} t "
                        f"where {table.counts} order by 1",
                        left_out,
                    )
                ]
            )
        return found


@dataclass(slots=True)
class Scene:
    """The services over one database and one bus."""

    owner: Pool
    bus: MemoryBus
    services: dict[str, Service]

    def __getitem__(self, name: str) -> Service:
        return self.services[name]

    async def put(self, *events: Event) -> None:
        """Store canonical events as ingest does, and publish them."""
        async with self.owner.acquire() as connection:
            for made in events:
                await store_event(connection, made)
                await store_bindings(connection, made)
        await put(self.bus, [outgoing(made) for made in events])

    async def settle(self, *, max_records: int = 5_000) -> None:
        """Let every service read all there is."""
        for name in ORDER:
            await self[name].read(max_records=max_records)

    async def live_through(self, world: list[Event], chance: random.Random) -> None:
        """Have read these events alone, in any order and in batches of any size."""
        await self.empty()
        chance.shuffle(world)
        await self.put(*world)
        await self.settle(max_records=chance.randint(1, 7))

    async def rows(self) -> dict[str, dict[str, list[tuple[Any, ...]]]]:
        """The rows of all generations."""
        return {name: await self[name].rows() for name in ORDER}

    async def rebuild_all(self) -> Sequence[Rebuild]:
        """Rebuild all three in their order."""
        return [await self[name].rebuild() for name in ORDER]

    async def empty(self) -> None:
        """Forget everything but the database's schema."""
        generations = [service.plan.generation for service in self.services.values()]
        names = [one.live(table) for one in generations for table in one.tables]
        names += [
            f"{schema}.{table}" for schema in ORDER for table in ("notes", "rebuilds", "rebuild_changes")
        ]
        await self.owner.execute(
            "truncate ingest.events, ingest.subjects, ingest.bindings, ingest.lapsed_events, "
            f"ingest.lapsed_entities, {', '.join(names)}"
        )
        self.bus = await make_bus()
        for service in self.services.values():
            service._bus = self.bus

    async def close(self) -> None:
        """Let go of the database."""
        for service in self.services.values():
            await service.pool.close()
        await self.owner.close()


async def open_scene(url: str) -> Scene:
    """A scene on this database; close it in the end."""
    bus = await make_bus()
    definitions, clock, zone = live_definitions(), SystemClock(), ZoneInfo(_ZONE)
    fold, projector = fold_by(definitions, Days(zone)), Projector(Relearner(zone))
    plans: dict[str, tuple[Handler, RebuildPlan]] = {
        "scoring": (ScoringHandler(fold, clock), plan_of_scoring(fold)),
        "attribution": (
            AttributionHandler(Schedule(definitions), clock, Days(zone)),
            plan_of_attribution(_ZONE, Schedule(definitions)),
        ),
        "api": (projector, plan_of_api(_ZONE, projector.spend)),
    }
    services = {
        name: Service(name, bus, await make_pool(url, role_of(name), size=3), handler, plan)
        for name, (handler, plan) in plans.items()
    }
    return Scene(await make_pool(url, "postgres", size=2), bus, services)
