"""A service that reads topics and owns others: loop, reconciler and admin routes in one process."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from leadtrace.bus.protocol import Bus, ConsumerSpec
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.runtime.admin import Authorize, bearer, rebuild_routes, reconcile_routes
from leadtrace.runtime.clock import Clock, SystemIds
from leadtrace.runtime.dead_letter_office import DeadLetterOffice
from leadtrace.runtime.dead_letter_routes import dead_letter_routes
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.due import DueRows
from leadtrace.runtime.handler import RefoldingHandler
from leadtrace.runtime.health import Readiness, operations_routes
from leadtrace.runtime.key_ring import configured_key_ring
from leadtrace.runtime.later_routes import ADMIN, LaterRoutes
from leadtrace.runtime.loop import Loop
from leadtrace.runtime.loop_metrics import LoopMetrics
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.pool_metrics import connections_of, watch_pools
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.rebuild.both import BothRefolded
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.rebuilder import Rebuilder
from leadtrace.runtime.rebuild.routes import generation_routes
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.reconcile import Hop, Reconciler
from leadtrace.runtime.refold import Refolder
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.server import Address, serve
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.tracing.configured import close_tracer, configured_tracer
from leadtrace.runtime.versions.copying import shadow_steps
from leadtrace.runtime.versions.handlers import ByVersion
from leadtrace.runtime.versions.rebuilds import Rebuilds
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.store.api_keys import live_keys
from leadtrace.store.connection import Pool
from leadtrace.store.engine import close_pool, make_pool, ping
from leadtrace.store.generation.tables import Generation
from leadtrace.store.roles import role_of

# How long an idle poll waits; also the longest that a stop waits for the loop to notice.
_POLL_WAIT_MS = 200

# Further admin routes of a service; what takes long in them rests as the traffic of live batches demands.
MoreRoutes: TypeAlias = Callable[[Pool, Authorize, Traffic], Sequence[BaseRoute]]


class Beside(Protocol):
    """Work of a service's own beside its loop, and the admin routes that ask for it."""

    async def run(self, stop: StopSignal) -> None:
        """Go on until the stop signal; whatever fails is its own concern."""

    def routes(self, authorize: Authorize) -> Sequence[BaseRoute]:
        """What operators ask for."""


@dataclass(frozen=True, slots=True)
class ReaderPlan:
    """What makes one such service different from another.

    `handler` and `rebuild` make what folds by a schedule of definitions, and the plan by which its rows are
    rebuilt. `stuck` and `due` map note kinds to the queries of rows that do not fold, and of those that time
    alone may change. `beside` makes what else runs in the process, over its pool.
    """

    service: str
    group: str
    port: int
    handler: Callable[[Schedule], RefoldingHandler]
    hops: Sequence[Hop]
    stuck: Mapping[str, str]
    generation: Generation
    rebuild: Callable[[Schedule], RebuildPlan]
    due: Mapping[str, str] = field(default_factory=dict)
    routes: MoreRoutes | None = None
    beside: Callable[[Pool], Beside] | None = None


class Reader:
    """One process of such a service."""

    def __init__(self, plan: ReaderPlan, settings: Settings, bus: Bus, clock: Clock) -> None:
        self._plan = plan
        self._traffic = Traffic()
        self._schedules = Schedules(plan.service, live_definitions())
        self._handlers = ByVersion(self._schedules, plan.handler)
        self._handler = BothRefolded(self._handlers, plan.generation, self._traffic)
        self._clock = clock
        self._settings = settings
        self._bus = bus
        self._ids = SystemIds(clock)
        self._metrics = Metrics(served=settings.metrics.enabled)
        self._tracer = configured_tracer(plan.service, settings.traces)
        self._readiness = Readiness()
        self._pool: Pool | None = None
        self._loop: Loop | None = None
        watch_pools(self._metrics, reader=lambda: connections_of(self._pool))
        self._readiness.add("postgres", self._postgres_missing)
        self._readiness.add("kafka", self._kafka_missing)
        self._app = Starlette(routes=operations_routes(self._readiness, self._metrics))
        self._later = LaterRoutes(self._app.router, ADMIN)

    async def run(self) -> None:
        """Serve until SIGTERM; a database or broker that is not there yet is waited for."""
        await serve(
            self._app,
            Address(self._settings.ports.host, self._plan.port),
            readiness=self._readiness,
            background={self._plan.group: self._work},
            deadline_s=self._settings.installation.drain_deadline_s,
            on_stopped=lambda: close_tracer(self._tracer),
        )

    async def _work(self, stop: StopSignal) -> None:
        try:
            pool = self._pool = await until_done(self._connect, what="connect to postgres", stop=stop)
        except StoppedError:
            return
        loop = self._loop = self._make_loop(pool, stop)
        reconciler = self._make_reconciler(pool, Publisher(self._bus, stop), stop)
        # The routes publish beside loop and reconciler: waiting for a broker, they must not hold these up.
        on_demand, due = Publisher(self._bus, stop), Publisher(self._bus, stop)
        keys = configured_key_ring(self._settings)
        rebuilds = self._make_rebuilds(pool)
        beside = [self._plan.beside(pool)] if self._plan.beside is not None else []
        routes = self._admin_routes(bearer(keys), pool, on_demand, stop, rebuilds)
        self._later.open([*routes, *(route for one in beside for route in one.routes(bearer(keys)))])
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(loop.run())
                tasks.create_task(reconciler.run())
                tasks.create_task(rebuilds.run(stop))
                if self._plan.due:
                    due_rows = DueRows(self._refolder(pool, due, self._plan.due), stop, self._metrics)
                    tasks.create_task(due_rows.run())
                tasks.create_task(keys.run(lambda: live_keys(pool), stop))
                for one in beside:
                    tasks.create_task(one.run(stop))
        finally:
            await on_demand.close()
            await due.close()
            await close_pool(pool)

    async def _connect(self) -> Pool:
        size = self._settings.postgres.pool_size
        return await make_pool(self._settings.postgres_url, role_of(self._plan.service), size=size)

    def _make_loop(self, pool: Pool, stop: StopSignal) -> Loop:
        return Loop(
            schema=self._plan.service,
            bus=self._bus,
            spec=ConsumerSpec(self._plan.group, self._handler.topics, max_wait_ms=_POLL_WAIT_MS),
            pool=pool,
            handler=self._handler,
            ids=self._ids,
            stop=stop,
            metrics=LoopMetrics(self._metrics, self._plan.group),
            tracer=self._tracer,
        )

    def _make_reconciler(self, pool: Pool, publisher: Publisher, stop: StopSignal) -> Reconciler:
        return Reconciler(pool=pool, bus=self._bus, publisher=publisher, hops=self._plan.hops, stop=stop)

    def _make_rebuilds(self, pool: Pool) -> Rebuilds:
        def make(schedule: Schedule) -> Rebuilder:
            handler, plan = self._handlers.by(schedule), self._plan.rebuild(schedule)
            steps = shadow_steps(handler, plan) if schedule.is_shadow else ()
            return Rebuilder(plan, handler, pool, self._ids, self._traffic, steps)

        return Rebuilds(self._plan.generation, self._schedules, make, pool, self._clock)

    def _admin_routes(
        self, authorize: Authorize, pool: Pool, publisher: Publisher, stop: StopSignal, rebuilds: Rebuilds
    ) -> list[BaseRoute]:
        plan = self._plan
        refolder = self._refolder(pool, publisher, plan.stuck)
        office = DeadLetterOffice(plan.service, pool, self._handler, publisher, self._ids)
        return [
            *reconcile_routes(self._make_reconciler(pool, publisher, stop), authorize),
            *rebuild_routes(refolder.rebuild_stuck, authorize),
            *generation_routes(rebuilds, authorize),
            *dead_letter_routes(office, authorize),
            *(plan.routes(pool, authorize, self._traffic) if plan.routes else ()),
        ]

    def _refolder(self, pool: Pool, publisher: Publisher, wanted: Mapping[str, str]) -> Refolder:
        return Refolder(
            schema=self._plan.service,
            pool=pool,
            handler=self._handler,
            publisher=publisher,
            ids=self._ids,
            stuck=wanted,
        )

    async def _postgres_missing(self) -> str | None:
        return await ping(self._pool) if self._pool is not None else "not connected yet"

    def _kafka_missing(self) -> str | None:
        ready = self._loop is not None and self._loop.assigned()
        return None if ready else "no partitions assigned yet"
