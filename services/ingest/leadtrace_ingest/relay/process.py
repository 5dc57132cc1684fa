"""The relay as a process: the loop, its reconciler, the eraser and the keeper, with health and metrics."""

import asyncio
from collections.abc import Mapping

from starlette.applications import Starlette

from leadtrace.bus.protocol import Bus
from leadtrace.runtime.clock import Clock, SystemIds
from leadtrace.runtime.failpoints import Failpoints
from leadtrace.runtime.health import Readiness, operations_routes
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.pool_metrics import connections_of, watch_pools
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.reconcile import Reconciler
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.server import Address, serve
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.tracing.configured import close_tracer, configured_tracer
from leadtrace.runtime.vault.configured import configured_wrapper
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.engine import close_pool, connect, make_pool, ping
from leadtrace.store.roles import role_of
from leadtrace_ingest.erasure.eraser import Eraser
from leadtrace_ingest.erasure.keys import make_identities
from leadtrace_ingest.erasure.tools import Tools
from leadtrace_ingest.identity.making import make_identifier
from leadtrace_ingest.personal.master_keys import check_master_keys
from leadtrace_ingest.relay.hops import event_hops
from leadtrace_ingest.relay.meters import RelayMeters
from leadtrace_ingest.relay.relay import Relay
from leadtrace_ingest.retention.keeper import Keeper
from leadtrace_ingest.senders.sender import Sender
from leadtrace_ingest.store import installation_secret

_CONNECTIONS = 6


class RelayProcess:
    """One relay; several may run side by side."""

    def __init__(
        self,
        settings: Settings,
        senders: Mapping[str, Sender],
        bus: Bus,
        clock: Clock,
        failpoints: Failpoints | None = None,
    ) -> None:
        self._settings = settings
        self._senders = senders
        self._bus = bus
        self._clock = clock
        self._ids = SystemIds(clock)
        self._wrapper = configured_wrapper(settings)
        self._failpoints = failpoints
        self._metrics = Metrics(served=settings.metrics.enabled)
        self._meters = RelayMeters(self._metrics)
        self._tracer = configured_tracer("ingest-relay", settings.traces)
        self._readiness = Readiness()
        self._pool: Pool | None = None
        watch_pools(self._metrics, relay=lambda: connections_of(self._pool))
        self._readiness.add("postgres", self._postgres_missing)
        self._readiness.add("kafka", self._kafka_missing)
        self._app = Starlette(routes=operations_routes(self._readiness, self._metrics))

    async def run(self, stop: StopSignal | None = None) -> None:
        """Work until SIGTERM; a database or broker that is not there yet is waited for."""
        await serve(
            self._app,
            Address(self._settings.ports.host, self._settings.ports.relay),
            readiness=self._readiness,
            background={"relay": self._work},
            stop=stop,
            deadline_s=self._settings.installation.drain_deadline_s,
            on_stopped=lambda: close_tracer(self._tracer),
        )

    async def _work(self, stop: StopSignal) -> None:
        try:
            pool = self._pool = await until_done(self._make_pool, what="connect to postgres", stop=stop)
        except StoppedError:
            return
        try:
            secret = await until_done(lambda: self._secret(pool), what="read the secret", stop=stop)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._make_relay(pool, secret, stop).run())
                tasks.create_task(self._make_reconciler(pool, stop).run())
                tasks.create_task(self._make_eraser(pool, secret, stop).run())
                tasks.create_task(self._make_keeper(pool, stop).run())
        except StoppedError:
            return
        finally:
            await close_pool(pool)

    def _make_relay(self, pool: Pool, secret: bytes, stop: StopSignal) -> Relay:
        return Relay(
            pool=pool,
            connect=self._connect,
            bus=self._bus,
            senders=self._senders,
            tools=self._tools(pool, secret),
            identifier=make_identifier(self._settings.identity, self._senders, secret),
            limits=self._settings.relay,
            ids=self._ids,
            stop=stop,
            meters=self._meters,
            failpoints=self._failpoints,
            tracer=self._tracer,
        )

    def _make_reconciler(self, pool: Pool, stop: StopSignal) -> Reconciler:
        # A producer of its own: it must know whose flush failed.
        return Reconciler(
            pool=pool, bus=self._bus, publisher=Publisher(self._bus, stop), hops=event_hops(), stop=stop
        )

    def _make_eraser(self, pool: Pool, secret: bytes, stop: StopSignal) -> Eraser:
        return Eraser(self._tools(pool, secret), self._clock, stop)

    def _make_keeper(self, pool: Pool, stop: StopSignal) -> Keeper:
        return Keeper(pool, self._settings.retention, self._clock, stop, self._metrics)

    def _tools(self, pool: Pool, secret: bytes) -> Tools:
        identities = make_identities(self._settings.identity, secret)
        return Tools(pool, self._wrapper, identities, self._senders, self._settings.identity.fan_in)

    async def _secret(self, pool: Pool) -> bytes:
        async with pool.acquire() as connection:
            await check_master_keys(connection, self._wrapper)
            return await installation_secret(connection)

    async def _connect(self) -> Connection:
        return await connect(self._settings.postgres_url, role_of("ingest"))

    async def _make_pool(self) -> Pool:
        return await make_pool(self._settings.postgres_url, role_of("ingest"), size=_CONNECTIONS)

    async def _postgres_missing(self) -> str | None:
        return await ping(self._pool) if self._pool is not None else "not connected yet"

    async def _kafka_missing(self) -> str | None:
        admin = await self._bus.admin()
        try:
            await admin.cluster_id()
        finally:
            await admin.close()
        return None
