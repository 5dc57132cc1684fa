"""The webhooks worker as a process: a lane for each subscription, routing, health, metrics, admin routes."""

import asyncio
from collections.abc import Sequence

from starlette.applications import Starlette

from leadtrace.runtime.admin import bearer
from leadtrace.runtime.answer_links import PURPOSE
from leadtrace.runtime.clock import Clock, SystemIds
from leadtrace.runtime.health import Readiness, operations_routes
from leadtrace.runtime.key_ring import configured_key_ring
from leadtrace.runtime.later_routes import ADMIN, LaterRoutes
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.pool_metrics import connections_of, watch_pools
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.server import Address, serve
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.vault.configured import configured_wrapper
from leadtrace.runtime.wakeup import Wakeup
from leadtrace.store.api_keys import live_keys
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.engine import close_pool, connect, make_pool, ping
from leadtrace.store.roles import role_of
from leadtrace_attribution.delivery import routing, subscriptions
from leadtrace_attribution.delivery.balance import waiting
from leadtrace_attribution.delivery.lane import Lane
from leadtrace_attribution.delivery.meters import LaneMeters, TableMeters
from leadtrace_attribution.delivery.routes import WebhookRoutes
from leadtrace_attribution.delivery.webhook import LinkMaker
from leadtrace_attribution.notifications import CHANNEL

_MEASURE_EVERY_S = 5.0
_ROLE = role_of("attribution")

_log = get_logger("leadtrace.attribution.webhooks")


class WebhooksProcess:
    """One worker; several may run side by side."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._ids = SystemIds(clock)
        self._metrics = Metrics(served=settings.metrics.enabled)
        self._table_meters = TableMeters(self._metrics, settings.subscriptions)
        self._links = link_maker(settings)
        self._readiness = Readiness()
        self._pool: Pool | None = None
        watch_pools(self._metrics, webhooks=lambda: connections_of(self._pool))
        self._readiness.add("postgres", self._postgres_missing)
        self._app = Starlette(routes=operations_routes(self._readiness, self._metrics))
        self._later = LaterRoutes(self._app.router, ADMIN)

    async def run(self, stop: StopSignal | None = None) -> None:
        """Work until SIGTERM; a database that is not there yet is waited for."""
        await serve(
            self._app,
            Address(self._settings.ports.host, self._settings.ports.webhooks),
            readiness=self._readiness,
            background={"webhooks": self._work},
            stop=stop,
            deadline_s=self._settings.installation.drain_deadline_s,
        )

    async def _work(self, stop: StopSignal) -> None:
        try:
            pool = self._pool = await until_done(self._make_pool, what="connect to postgres", stop=stop)
        except StoppedError:
            return
        keys = configured_key_ring(self._settings)
        configured = self._settings.subscriptions
        routes = WebhookRoutes(pool, configured, self._clock)
        self._later.open(routes.routes(bearer(keys)))
        try:
            await until_done(lambda: self._register(pool), what="register subscriptions", stop=stop)
            lanes = [self._lane(name, pool) for name in configured]
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._route(pool, lanes, stop))
                tasks.create_task(self._measure(pool, stop))
                tasks.create_task(keys.run(lambda: live_keys(pool), stop))
                for lane in lanes:
                    tasks.create_task(lane.run(stop))
        except StoppedError:
            return
        finally:
            await close_pool(pool)

    async def _register(self, pool: Pool) -> None:
        async with pool.acquire() as connection:
            gone = await subscriptions.register(connection, self._settings.subscriptions, self._clock.now())
        for name in gone:
            _log.warning("subscription.removed", subscription=name)

    def _lane(self, name: str, pool: Pool) -> Lane:
        return Lane(
            name,
            self._settings.subscriptions[name],
            pool=pool,
            outbound=self._settings.outbound,
            links=self._links,
            clock=self._clock,
            ids=self._ids,
            meters=LaneMeters(self._metrics, name),
        )

    async def _route(self, pool: Pool, lanes: Sequence[Lane], stop: StopSignal) -> None:
        """Hand new notifications to the subscriptions, and wake the lanes whenever there may be something."""
        wakeup = Wakeup(self._connect, CHANNEL, self._settings.outbound.poll_interval_s)

        async def routed() -> int:
            async with pool.acquire() as connection:
                notifications, _ = await routing.route(connection, self._clock.now())
            return notifications

        try:
            while not stop.is_set():
                while await until_done(routed, what="route notifications", stop=stop) == routing.AT_ONCE:
                    _wake(lanes)
                _wake(lanes)
                await wakeup.wait(stop)
        except StoppedError:
            return
        finally:
            await wakeup.close()

    async def _measure(self, pool: Pool, stop: StopSignal) -> None:
        async def measured() -> None:
            async with pool.acquire() as connection:
                self._table_meters.show(await waiting(connection, self._clock.now()))

        try:
            while True:
                await until_done(measured, what="count deliveries", stop=stop)
                if await stop.wait_for(_MEASURE_EVERY_S):
                    return
        except StoppedError:
            return

    async def _connect(self) -> Connection:
        return await connect(self._settings.postgres_url, _ROLE)

    async def _make_pool(self) -> Pool:
        return await make_pool(self._settings.postgres_url, _ROLE, size=self._settings.postgres.pool_size)

    async def _postgres_missing(self) -> str | None:
        return await ping(self._pool) if self._pool is not None else "not connected yet"


def link_maker(settings: Settings) -> LinkMaker:
    """What the links of this installation are made of.

    Raises:
        SettingsError: there is no master key, which signs them.
    """
    keys = configured_wrapper(settings).derived(PURPOSE)
    own = f"http://{settings.ports.host}:{settings.ports.ingest}"
    return LinkMaker(keys, settings.outbound.public_url or own, settings.outbound.link_days)


def _wake(lanes: Sequence[Lane]) -> None:
    for lane in lanes:
        lane.wake()
