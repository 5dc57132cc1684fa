"""The projector's process: wait for the database, cut rollups anew if need be, then read."""

import asyncio

from starlette.applications import Starlette

from leadtrace.bus.protocol import Bus, ConsumerSpec
from leadtrace.runtime.admin import bearer
from leadtrace.runtime.clock import Clock, SystemClock, SystemIds
from leadtrace.runtime.dead_letter_office import DeadLetterOffice
from leadtrace.runtime.dead_letter_routes import dead_letter_routes
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.health import Readiness, operations_routes
from leadtrace.runtime.key_ring import KeyRing, configured_key_ring
from leadtrace.runtime.later_routes import ADMIN, LaterRoutes
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.loop import Loop
from leadtrace.runtime.loop_metrics import LoopMetrics
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.pool_metrics import connections_of, watch_pools
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.rebuild.both import BothGenerations
from leadtrace.runtime.rebuild.rebuilder import Rebuilder
from leadtrace.runtime.rebuild.routes import generation_routes
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.server import Address, serve
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.tracing.configured import close_tracer, configured_tracer
from leadtrace.runtime.versions.handlers import Always
from leadtrace.store.api_keys import live_keys
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.engine import close_pool, connect, make_pool, ping
from leadtrace.store.roles import role_of
from leadtrace_api.handlers import Projector
from leadtrace_api.scoring_quality.judging import QualityJudge
from leadtrace_api.store.fill_work import fill_work_if_filled_otherwise
from leadtrace_api.store.generation import rebuild_plan
from leadtrace_api.store.rebuild import rebuild_if_cut_otherwise
from leadtrace_api.store.recount_spend import recount_spend_if_counted_otherwise
from leadtrace_api.store.recount_steps import recount_steps_if_counted_otherwise
from leadtrace_api.store.rejudge import rejudge_if_judged_otherwise
from leadtrace_api.store.revisit import revisit_if_told_otherwise
from leadtrace_api.ticker.sequencer import Sequencer
from leadtrace_api.versions.keeper import Versions

# How long an idle poll waits; also the longest that a stop waits for the loop to notice.
_POLL_WAIT_MS = 200

_log = get_logger("leadtrace_api.projector")


class ProjectorProcess:
    """One projector; several share the partitions of one consumer group."""

    def __init__(
        self,
        *,
        settings: Settings,
        service: str,
        group: str,
        bus: Bus,
        projector: Projector,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._service = service
        self._group = group
        self._bus = bus
        self._projector = projector
        self._plan = rebuild_plan(settings.reporting.timezone, projector.spend)
        self._traffic = Traffic()
        self._handler = BothGenerations(Always(projector), self._plan.generation, self._traffic)
        self._clock = clock or SystemClock()
        self._ids = SystemIds(self._clock)
        self._metrics = Metrics(served=settings.metrics.enabled)
        self._tracer = configured_tracer("projector", settings.traces)
        self._readiness = Readiness()
        self._pool: Pool | None = None
        self._loop: Loop | None = None
        watch_pools(self._metrics, projector=lambda: connections_of(self._pool))
        self._readiness.add("postgres", self._postgres_missing)
        self._readiness.add("kafka", self._kafka_missing)
        self._app = Starlette(routes=operations_routes(self._readiness, self._metrics))
        self._later = LaterRoutes(self._app.router, ADMIN)

    async def run(self) -> None:
        """Project until SIGTERM; a database or broker that is not there yet is waited for."""
        ports = self._settings.ports
        await serve(
            self._app,
            Address(ports.host, ports.projector),
            readiness=self._readiness,
            background={self._group: self.project},
            deadline_s=self._settings.installation.drain_deadline_s,
            on_stopped=lambda: close_tracer(self._tracer),
        )

    async def project(self, stop: StopSignal) -> None:
        """Read and project until the stop signal."""
        try:
            pool = self._pool = await until_done(self._connect, what="connect to postgres", stop=stop)
        except StoppedError:
            return
        try:
            await until_done(lambda: self._rebuild(pool), what="check the rollups", stop=stop)
            loop = self._loop = self._make_loop(pool, stop)
            rebuilder = Rebuilder(self._plan, self._projector, pool, self._ids, self._traffic)
            versions = Versions(pool, self._projector, self._ids, live_definitions().version)
            judge = QualityJudge(pool, self._traffic, live_definitions().version)
            keys = self._open_admin_routes(pool, stop, rebuilder)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(loop.run())
                tasks.create_task(rebuilder.run(stop))
                tasks.create_task(versions.run(stop))
                tasks.create_task(judge.run(stop))
                tasks.create_task(keys.run(lambda: live_keys(pool), stop))
                tasks.create_task(Sequencer(pool, self._clock, self._metrics).run(self._listen, stop))
        except StoppedError:
            _log.info("projector.stopped_waiting")
        finally:
            await close_pool(pool)

    def _open_admin_routes(self, pool: Pool, stop: StopSignal, rebuilder: Rebuilder) -> KeyRing:
        keys = configured_key_ring(self._settings)
        authorize = bearer(keys)
        # A projection publishes nothing, so this publisher never makes a producer.
        publisher = Publisher(self._bus, stop)
        office = DeadLetterOffice(self._service, pool, self._handler, publisher, self._ids)
        self._later.open([*dead_letter_routes(office, authorize), *generation_routes(rebuilder, authorize)])
        return keys

    async def _connect(self) -> Pool:
        size = self._settings.postgres.pool_size
        return await make_pool(self._settings.postgres_url, role_of(self._service), size=size)

    async def _listen(self) -> Connection:
        return await connect(self._settings.postgres_url, role_of(self._service))

    async def _rebuild(self, pool: Pool) -> None:
        async with pool.acquire() as connection:
            timezone = self._settings.reporting.timezone
            if await rebuild_if_cut_otherwise(connection, timezone, self._projector.relearner):
                _log.info("rollups.rebuilt", timezone=timezone)
            if await recount_steps_if_counted_otherwise(connection, self._projector.relearner):
                _log.info("step_ages.counted_anew", timezone=timezone)
            if await rejudge_if_judged_otherwise(connection):
                _log.info("judgements.made_anew")
            if await revisit_if_told_otherwise(connection, self._projector.relearner):
                _log.info("visits.made_anew")
            if await fill_work_if_filled_otherwise(connection):
                _log.info("work_list.filled_anew")
            if await recount_spend_if_counted_otherwise(connection, self._projector.spend):
                _log.info("spend.counted_anew")

    def _make_loop(self, pool: Pool, stop: StopSignal) -> Loop:
        return Loop(
            schema=self._service,
            bus=self._bus,
            spec=ConsumerSpec(self._group, self._projector.topics, max_wait_ms=_POLL_WAIT_MS),
            pool=pool,
            handler=self._handler,
            ids=self._ids,
            stop=stop,
            metrics=LoopMetrics(self._metrics, self._group),
            tracer=self._tracer,
        )

    async def _postgres_missing(self) -> str | None:
        return await ping(self._pool) if self._pool is not None else "not connected yet"

    def _kafka_missing(self) -> str | None:
        ready = self._loop is not None and self._loop.assigned()
        return None if ready else "no partitions assigned yet"
