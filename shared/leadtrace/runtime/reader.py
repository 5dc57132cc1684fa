"""A service that reads topics and owns others: loop, reconciler and admin routes in one process."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from starlette.applications import Starlette

from leadtrace.bus.protocol import Bus, ConsumerSpec
from leadtrace.runtime.admin import bearer, rebuild_routes, reconcile_routes
from leadtrace.runtime.clock import Clock, SystemIds
from leadtrace.runtime.dead_letter_office import DeadLetterOffice
from leadtrace.runtime.dead_letter_routes import dead_letter_routes
from leadtrace.runtime.due import DueRows
from leadtrace.runtime.handler import Handler
from leadtrace.runtime.health import Readiness, operations_routes
from leadtrace.runtime.key_ring import KeyRing, configured_key_ring
from leadtrace.runtime.later_routes import ADMIN, LaterRoutes
from leadtrace.runtime.loop import Loop
from leadtrace.runtime.loop_metrics import LoopMetrics
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.rebuild.both import BothRefolded
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.rebuilder import Rebuilder
from leadtrace.runtime.rebuild.routes import generation_routes
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.reconcile import Hop, Reconciler
from leadtrace.runtime.refold import Refoldable, Refolder
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.server import Address, serve
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.api_keys import live_keys
from leadtrace.store.connection import Pool
from leadtrace.store.engine import close_pool, make_pool, ping
from leadtrace.store.roles import role_of

# How long an idle poll waits; also the longest that a stop waits for the loop to notice.
_POLL_WAIT_MS = 200


class ReaderHandler(Handler, Refoldable, Protocol):
    """What such a service does with batches, and with rows that are to be folded again."""


@dataclass(frozen=True, slots=True)
class ReaderPlan:
    """What makes one such service different from another.

    `stuck` and `due` map note kinds to the queries of rows that do not fold, and of those that time alone may
    change.
    """

    service: str
    group: str
    port: int
    handler: ReaderHandler
    hops: Sequence[Hop]
    stuck: Mapping[str, str]
    rebuild: RebuildPlan
    due: Mapping[str, str] = field(default_factory=dict)


class Reader:
    """One process of such a service."""

    def __init__(self, plan: ReaderPlan, settings: Settings, bus: Bus, clock: Clock) -> None:
        self._plan = plan
        self._traffic = Traffic()
        self._handler = BothRefolded(plan.handler, plan.handler, plan.rebuild.generation, self._traffic)
        self._settings = settings
        self._bus = bus
        self._ids = SystemIds(clock)
        self._metrics = Metrics()
        self._readiness = Readiness()
        self._pool: Pool | None = None
        self._loop: Loop | None = None
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
        rebuilder = Rebuilder(self._plan.rebuild, self._plan.handler, pool, self._ids, self._traffic)
        self._add_admin_routes(keys, pool, on_demand, stop, rebuilder)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(loop.run())
                tasks.create_task(reconciler.run())
                tasks.create_task(rebuilder.run(stop))
                if self._plan.due:
                    tasks.create_task(DueRows(self._refolder(pool, due, self._plan.due), stop).run())
                tasks.create_task(keys.run(lambda: live_keys(pool), stop))
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
            spec=ConsumerSpec(self._plan.group, self._plan.handler.topics, max_wait_ms=_POLL_WAIT_MS),
            pool=pool,
            handler=self._handler,
            ids=self._ids,
            stop=stop,
            metrics=LoopMetrics(self._metrics, self._plan.group),
        )

    def _make_reconciler(self, pool: Pool, publisher: Publisher, stop: StopSignal) -> Reconciler:
        return Reconciler(pool=pool, bus=self._bus, publisher=publisher, hops=self._plan.hops, stop=stop)

    def _add_admin_routes(
        self, keys: KeyRing, pool: Pool, publisher: Publisher, stop: StopSignal, rebuilder: Rebuilder
    ) -> None:
        plan, authorize = self._plan, bearer(keys)
        refolder = self._refolder(pool, publisher, plan.stuck)
        office = DeadLetterOffice(plan.service, pool, self._handler, publisher, self._ids)
        self._later.open(
            [
                *reconcile_routes(self._make_reconciler(pool, publisher, stop), authorize),
                *rebuild_routes(refolder.rebuild_stuck, authorize),
                *generation_routes(rebuilder, authorize),
                *dead_letter_routes(office, authorize),
            ]
        )

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
