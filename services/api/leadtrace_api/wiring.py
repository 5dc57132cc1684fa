"""Puts the api's two processes together: the only place that names their concrete parts."""

from leadtrace.bus.protocol import Bus
from leadtrace.runtime.definitions import shipped_shelf
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.key_ring import configured_key_ring
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.pool_metrics import watch_pools
from leadtrace.runtime.server import Address, serve
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.vault.configured import known_wrapper
from leadtrace.runtime.wiring import make_bus
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.engine import connect, make_pool
from leadtrace.store.roles import role_of
from leadtrace.store.sql_engine import make_engine
from leadtrace_api.app import create_app
from leadtrace_api.business.gauges import BusinessGauges
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.personal.vault import Vault
from leadtrace_api.pools import engine_connections
from leadtrace_api.process import ProjectorProcess
from leadtrace_api.room import Room
from leadtrace_api.settings import api_settings
from leadtrace_api.ticker.feed import feed
from leadtrace_api.ticker.hub import Hub

SERVICE = "api"
GROUP = "api-projections"
# One connection reads what is new, the other for readers that resume.
_TICKER_POOL = 2


async def serve_api(settings: Settings) -> None:
    """Answer questions until SIGTERM; a database that is not there yet is waited for."""
    engine = make_engine(settings.postgres_url, role_of(SERVICE), size=settings.postgres.pool_size)
    keys = configured_key_ring(settings)
    vault = Vault(lambda: known_wrapper(settings))
    readiness, metrics = Readiness(), Metrics(served=settings.metrics.enabled)
    hub = Hub(metrics)
    room = Room(engine, api_settings(settings), shipped_shelf(), keys, vault, ticker=hub)
    # Requests end before background work does, and a stream ends only when it is told to.
    readiness.when_draining(hub.close)
    readiness.add("postgres", room.database_missing)

    async def make_key_pool() -> Pool:
        return await make_pool(settings.postgres_url, role_of(SERVICE), size=1)

    watch_pools(metrics, answers=lambda: engine_connections(engine))
    business = BusinessGauges(room, metrics, settings.metrics)

    async def make_ticker_pool() -> Pool:
        return await make_pool(settings.postgres_url, role_of(SERVICE), size=_TICKER_POOL)

    async def listen() -> Connection:
        return await connect(settings.postgres_url, role_of(SERVICE))

    async def feed_ticker(stop: StopSignal) -> None:
        await feed(hub, make_ticker_pool, listen, stop)

    async def read_keys(stop: StopSignal) -> None:
        await keys.run_over(make_key_pool, stop)

    await serve(
        create_app(room, readiness, metrics),
        Address(settings.ports.host, settings.ports.api),
        readiness=readiness,
        background={
            "keys": read_keys,
            "ticker": feed_ticker,
            **({"business": business.run} if metrics.served else {}),
        },
        deadline_s=settings.installation.drain_deadline_s,
        on_stopped=engine.dispose,
    )


def wire_projector(settings: Settings, bus: Bus | None = None) -> ProjectorProcess:
    """The projector; it reads the broker of the configuration unless handed another bus."""
    own = api_settings(settings)
    return ProjectorProcess(
        settings=settings,
        service=SERVICE,
        group=GROUP,
        bus=bus or make_bus(settings, GROUP),
        projector=Projector(Relearner(own.zone, own.rates)),
    )
