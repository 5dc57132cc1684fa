"""Scoring, attribution and the projector as their processes run them, a step at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from leadtrace.bus.memory import MemoryBus
from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.canonical import content_hash
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.scoring.history_fold import HistoryFold
from leadtrace.events.envelope import Event
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.definitions import live_definitions, live_path
from leadtrace.runtime.handler import RefoldingHandler
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.rebuild.both import BothGenerations, BothRefolded
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.rebuilder import Rebuilder
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.refold import Refolder
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.versions.copying import shadow_steps
from leadtrace.runtime.versions.handlers import Always, ByVersion
from leadtrace.runtime.versions.rebuilds import Rebuilds
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.store.connection import Pool
from leadtrace.store.engine import make_pool
from leadtrace.store.generation.state import Rebuild
from leadtrace.store.generation.tables import Generation
from leadtrace.store.roles import role_of
from leadtrace.testing.builders import outgoing
from leadtrace.testing.chain import Stage, make_bus, put
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.store.generation import GENERATION as GENERATION_OF_API
from leadtrace_api.store.generation import rebuild_plan as plan_of_api
from leadtrace_api.versions.keeper import Versions
from leadtrace_attribution.handlers import AttributionHandler
from leadtrace_attribution.store import GENERATION as OUTCOMES
from leadtrace_attribution.wiring import rebuild_plan as plan_of_attribution
from leadtrace_scoring.handlers import ScoringHandler
from leadtrace_scoring.store import GENERATION as SCORES
from leadtrace_scoring.store import due_leads
from leadtrace_scoring.wiring import rebuild_plan as plan_of_scoring
from tests.integration.api.bound import store_bindings
from tests.integration.api.ingested import store_event

ZONE = "Europe/Berlin"
_DAYS = Days(ZoneInfo(ZONE))
_NO_LEASE = timedelta(0)
_HOLDER = UUID(int=1)
_LONG_ENOUGH = 40
_SERVICES = ("scoring", "attribution", "api")


class Folding:
    """Scoring or attribution: the live loop, and what works on rebuilds and shadows."""

    def __init__(self, generation: Generation, bus: MemoryBus, pool: Pool) -> None:
        self.name, self.pool, self._bus = generation.schema, pool, bus
        schedules = Schedules(self.name, live_definitions())
        handlers = ByVersion(schedules, self._handler)
        traffic = Traffic()
        clock = SystemClock()

        def make(schedule: Schedule) -> Rebuilder:
            plan, handler = self._plan(schedule), handlers.by(schedule)
            steps = shadow_steps(handler, plan, size=3) if schedule.is_shadow else ()
            return Rebuilder(plan, handler, pool, SystemIds(clock), traffic, steps, _NO_LEASE)

        self.handler = BothRefolded(handlers, generation, traffic)
        self.rebuilds = Rebuilds(generation, schedules, make, pool, clock)

    def _handler(self, schedule: Schedule) -> RefoldingHandler:
        if self.name == "scoring":
            return ScoringHandler(HistoryFold(schedule, _DAYS), SystemClock())
        return AttributionHandler(schedule, SystemClock(), _DAYS)

    def _plan(self, schedule: Schedule) -> RebuildPlan:
        if self.name == "scoring":
            return plan_of_scoring(HistoryFold(schedule, _DAYS))
        return plan_of_attribution(ZONE, schedule)

    async def read(self, max_records: int = 5_000) -> None:
        """Have the live loop read all there is."""
        await Stage(self.name, self._bus, self.pool, self.handler, max_records=max_records).drain()

    async def follow(self) -> None:
        """One look at what the owner of the definitions says."""
        await self.rebuilds.work(_HOLDER, StopSignal())

    async def fold_due(self) -> None:
        """Fold what is due, as the service does every minute, and publish what came of it."""
        publisher = Publisher(self._bus, StopSignal())
        ids = SystemIds(SystemClock())
        due = Refolder(self.name, self.pool, self.handler, publisher, ids, {"leads": due_leads(None)})
        await due.rebuild_stuck()
        await publisher.close()

    async def rebuild(self) -> Rebuild:
        """A rebuild by what is in force, from beginning to end."""
        await self.rebuilds.begin(takes_over=True, by="test")
        await self.follow()
        newest = await self.rebuilds.newest()
        assert newest is not None
        return newest


class Projecting:
    """The projector: its loop, its rebuilds, and what follows the versions."""

    def __init__(self, bus: MemoryBus, pool: Pool) -> None:
        self.name, self.pool, self._bus = "api", pool, bus
        self._projector = Projector(Relearner(ZoneInfo(ZONE)))
        self._plan = plan_of_api(ZONE, self._projector.spend)
        self._ids = SystemIds(SystemClock())
        self.handler = BothGenerations(Always(self._projector), self._plan.generation, Traffic())
        self.versions = self.looking(lambda: 0.0)

    def looking(self, elapsed: Callable[[], float]) -> Versions:
        """What follows the versions, by a watch of its own."""
        return Versions(self.pool, self._projector, self._ids, live_definitions().version, elapsed)

    async def read(self, max_records: int = 5_000) -> None:
        """Have the live loop read all there is."""
        await Stage(self.name, self._bus, self.pool, self.handler, max_records=max_records).drain()

    async def follow(self) -> None:
        """One look at what the owner of the definitions says."""
        await self.versions.look()

    def rebuilder(self) -> Rebuilder:
        """What rebuilds the read models."""
        return Rebuilder(self._plan, self._projector, self.pool, self._ids, Traffic(), (), _NO_LEASE)

    async def rebuild(self) -> Rebuild:
        """A rebuild from beginning to end."""
        rebuilder = self.rebuilder()
        await rebuilder.begin(takes_over=True, by="test")
        await rebuilder.work(_HOLDER, StopSignal())
        newest = await rebuilder.newest()
        assert newest is not None
        return newest


@dataclass(slots=True)
class Company:
    """The services, and the tables in which the definitions' owner keeps what was decided."""

    owner: Pool
    bus: MemoryBus
    scoring: Folding
    attribution: Folding
    api: Projecting
    hashes: dict[int, str] = field(default_factory=dict)

    @property
    def services(self) -> tuple[Folding, Folding, Projecting]:
        """All three, in the order in which what they say goes on."""
        return self.scoring, self.attribution, self.api

    async def put(self, *events: Event) -> None:
        """Store canonical events as ingest does, and publish them."""
        async with self.owner.acquire() as connection:
            for made in events:
                await store_event(connection, made)
                await store_bindings(connection, made)
        await put(self.bus, [outgoing(made) for made in events])

    async def settle(self, max_records: int = 5_000) -> None:
        """Let every service read all there is."""
        for service in self.services:
            await service.read(max_records)

    async def register(self, version: int, *changes: tuple[str, str]) -> None:
        """Register the shipped definitions under another number, with texts changed in them."""
        text = live_path().read_text().replace("\nversion: 1\n", f"\nversion: {version}\n")
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        made = parse_definitions(text.encode(), "test")
        self.hashes[version] = content_hash(made)
        await self.owner.execute(
            "insert into ingest.definitions (version, id, hash, body, registered_at, registered_by) "
            "values ($1, $2, $3, $4, now(), 'test') on conflict do nothing",
            version,
            made.id,
            self.hashes[version],
            text.encode(),
        )

    async def begin(self, version: int) -> None:
        """Have a version run in shadow."""
        await self.owner.execute(
            "insert into ingest.definition_activations (ordinal, version, hash, activated_at, activated_by) "
            "select 1, 1, $1, 'epoch', 'shipped' "
            "where not exists (select from ingest.definition_activations)",
            self.hashes[1],
        )
        await self.owner.execute(
            "insert into ingest.definition_shadows (shadow_id, version, hash, started_at, started_by) "
            "values (gen_random_uuid(), $1, $2, now(), 'test')",
            version,
            self.hashes[version],
        )

    async def end(self, how: str = "ended") -> None:
        """End the running shadow."""
        await self.owner.execute(
            "update ingest.definition_shadows set ended_at = now(), ended_as = $1 where ended_as is null", how
        )

    async def activate(self, version: int, at: datetime | None = None) -> datetime:
        """Put a version in force, whatever its shadow has come to."""
        moment = at or SystemClock().now()
        await self.end("activated")
        await self.owner.execute(
            "insert into ingest.definition_activations (ordinal, version, hash, activated_at, activated_by) "
            "select max(ordinal) + 1, $1, $2, $3, 'test' from ingest.definition_activations",
            version,
            self.hashes[version],
            moment,
        )
        return moment

    async def follow(self) -> None:
        """Let every service look, until none has anything to do for this version any more."""
        for _ in range(_LONG_ENOUGH):
            for service in self.services:
                await service.follow()

    async def complete(self) -> dict[str, bool]:
        """Whose shadow has all there is."""
        return {
            name: bool(await self.owner.fetchval(f"select bool_or(complete) from {name}.pub_shadow"))
            for name in _SERVICES
        }

    async def served(self) -> dict[str, int | None]:
        """Which version each service has taken over; None while it is the shipped one."""
        return {
            name: await self.owner.fetchval(
                f"select version from {name}.in_force order by ordinal desc limit 1"
            )
            for name in _SERVICES
        }

    async def bodies(self, statement: str, *values: Any) -> list[Any]:
        """Rows of a statement, by the database's owner."""
        return [tuple(row) for row in await self.owner.fetch(statement, *values)]

    async def empty(self) -> None:
        """Forget everything but the schema."""
        tables = {SCORES.schema: SCORES, OUTCOMES.schema: OUTCOMES, "api": GENERATION_OF_API}
        for service in (self.scoring, self.attribution):
            await service.rebuilds.newest()
        names = [one.live(table) for one in tables.values() for table in one.tables]
        names += [
            f"{schema}.{table}"
            for schema in _SERVICES
            for table in ("notes", "rebuilds", "rebuild_changes", "in_force")
        ]
        await self.owner.execute(
            "truncate ingest.events, ingest.subjects, ingest.bindings, ingest.lapsed_events, api.shadows, "
            "ingest.definition_shadows, ingest.definition_activations, ingest.definitions, "
            f"ingest.definition_approvals, ingest.lapsed_entities, {', '.join(names)}"
        )

    async def close(self) -> None:
        """Let go of the database."""
        for service in self.services:
            await service.pool.close()
        await self.owner.close()


async def open_company(url: str) -> Company:
    """A company on this database; close it in the end."""
    bus = await make_bus()
    pools = {name: await make_pool(url, role_of(name), size=3) for name in _SERVICES}
    return Company(
        await make_pool(url, "postgres", size=2),
        bus,
        Folding(SCORES, bus, pools["scoring"]),
        Folding(OUTCOMES, bus, pools["attribution"]),
        Projecting(bus, pools["api"]),
    )
