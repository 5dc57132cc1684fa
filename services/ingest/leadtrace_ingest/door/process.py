"""The door as a process: webhooks in front, health, metrics and admin routes behind."""

from collections.abc import Mapping, Sequence

import fastapi

from leadtrace.bus.protocol import Bus
from leadtrace.runtime.admin import bearer, reconcile_routes
from leadtrace.runtime.answer_links import PURPOSE as ANSWER_LINKS
from leadtrace.runtime.clock import Clock, SystemIds
from leadtrace.runtime.documented_app import documented_app
from leadtrace.runtime.health import Readiness, operations_routes
from leadtrace.runtime.key_ring import configured_key_ring
from leadtrace.runtime.later_routes import ADMIN, LaterRoutes
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
from leadtrace.store.api_keys import StoredKey, live_keys
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.engine import close_pool, connect, make_pool, ping
from leadtrace.store.roles import role_of
from leadtrace_ingest.answers.routes import AnswerRoutes
from leadtrace_ingest.definitions.routes import DefinitionRoutes
from leadtrace_ingest.door.admission import Admission
from leadtrace_ingest.door.committer import Committer
from leadtrace_ingest.door.day_quota import DayQuota
from leadtrace_ingest.door.documentation.describe import describe
from leadtrace_ingest.door.door import Door
from leadtrace_ingest.door.idempotency import IdempotencyKeys
from leadtrace_ingest.door.importers import importers
from leadtrace_ingest.door.imports import PATH as IMPORTS
from leadtrace_ingest.door.imports import ImportRoutes
from leadtrace_ingest.door.scopes import SpendScopes
from leadtrace_ingest.door.spill.making import make_spill
from leadtrace_ingest.door.spill.routes import spill_routes
from leadtrace_ingest.door.tracing import DoorTraces
from leadtrace_ingest.erasure.routes import ERASE, RECEIPT, RECEIPTS, erasure_routes
from leadtrace_ingest.keys.routes import key_routes
from leadtrace_ingest.operator.routes import OperatorRoutes
from leadtrace_ingest.personal.master_keys import check_master_keys
from leadtrace_ingest.personal.routes import master_key_routes
from leadtrace_ingest.quarantine.routes import Quarantine
from leadtrace_ingest.relay.hops import event_hops
from leadtrace_ingest.replay.routes import replay_routes
from leadtrace_ingest.retention.routes import retention_routes
from leadtrace_ingest.senders.sender import Sender

# What requests ask while they wait, apart from what operators do: one must not hold up the other.
_LOOKUP_CONNECTIONS = 4
_ADMIN_CONNECTIONS = 3
_ADMIN_TIMEOUT_S = 120.0


class DoorProcess:
    """One door; several may run side by side."""

    def __init__(self, settings: Settings, senders: Mapping[str, Sender], bus: Bus, clock: Clock) -> None:
        self._settings = settings
        self._bus = bus
        self._metrics = Metrics(served=settings.metrics.enabled)
        self._tracer = configured_tracer("ingest-door", settings.traces)
        self._readiness = Readiness()
        self._lookups: Pool | None = None
        self._admin: Pool | None = None
        self._senders = senders
        self._clock = clock
        self._ids = SystemIds(clock)
        self._keys = configured_key_ring(settings)
        self._wrapper = configured_wrapper(settings)
        self._spill = make_spill(settings, bus, self._connect, clock, self._metrics)
        watch_pools(
            self._metrics,
            requests=lambda: connections_of(self._lookups),
            operators=lambda: connections_of(self._admin),
        )
        self._readiness.add("postgres", self._postgres_missing, bridged=self._spill_takes)
        self._committer = Committer(self._connect, settings.door, self._metrics, self._spill)
        admission = Admission(settings.senders, clock)
        self._quota = DayQuota(admission.days, self._connect, clock)
        self._app = self._make_app()
        self._app.router.routes += self._answers().routes()
        self._later = LaterRoutes(self._app.router, ADMIN, IMPORTS, ERASE, RECEIPTS, RECEIPT)
        self._door = Door(
            self._app,
            senders=senders,
            committer=self._committer,
            idempotency=IdempotencyKeys(lambda: self._lookups, self._wrapper),
            scopes=SpendScopes(lambda: self._lookups, settings.door.retry_window_s),
            wrapper=self._wrapper,
            admission=admission,
            keys=self._keys,
            limits=settings.door,
            clock=clock,
            ids=self._ids,
            metrics=self._metrics,
            traces=None if self._tracer is None else DoorTraces(self._tracer, settings.traces),
        )

    async def run(self, stop: StopSignal | None = None) -> None:
        """Serve until SIGTERM; a database that is not there yet is waited for while requests are spilled."""
        await serve(
            self._door,
            Address(self._settings.ports.host, self._settings.ports.ingest),
            readiness=self._readiness,
            background={
                "committer": self._committer.run,
                "spill": self._spill.run,
                "quota": self._quota.run,
                "admin": self._open_admin_routes,
            },
            stop=stop,
            deadline_s=self._settings.installation.drain_deadline_s,
            on_stopped=self._close,
        )

    def _make_app(self) -> fastapi.FastAPI:
        app = documented_app(title="leadtrace ingest", version="1")
        app.router.routes += operations_routes(self._readiness, self._metrics)
        app.router.routes += spill_routes(self._spill, bearer(self._keys))
        describe(app)
        return app

    async def _connect(self) -> Connection:
        return await connect(self._settings.postgres_url, role_of("ingest"))

    async def _open_admin_routes(self, stop: StopSignal) -> None:
        try:
            await until_done(self._make_pools, what="connect to postgres", stop=stop)
        except StoppedError:
            return
        pool = self._admin
        assert pool is not None  # noqa: S101 - that is what was waited for
        publisher = Publisher(self._bus, stop)
        reconciler = Reconciler(pool=pool, bus=self._bus, publisher=publisher, hops=event_hops(), stop=stop)
        authorize = bearer(self._keys)

        async def read() -> Sequence[StoredKey]:
            return await live_keys(pool)

        self._later.open(
            [
                *reconcile_routes(reconciler, authorize),
                *key_routes(pool, self._ids, self._senders, authorize, lambda: self._keys.refresh(read)),
                *master_key_routes(pool, self._wrapper, authorize),
                *retention_routes(pool, self._settings.retention, self._clock, authorize),
                *erasure_routes(pool, self._ids, self._clock, authorize),
                *Quarantine(pool, self._senders, self._clock, self._wrapper).routes(authorize),
                *replay_routes(pool, self._senders, self._clock, self._wrapper, authorize),
                *OperatorRoutes(pool, self._senders, self._clock, self._ids, self._wrapper).routes(authorize),
                *DefinitionRoutes(pool, self._clock, self._ids).routes(authorize),
                *self._imports(pool).routes(),
            ]
        )
        try:
            # The schema may be made only after the door has come up.
            await until_done(
                lambda: check_master_keys(pool, self._wrapper), what="check the master keys", stop=stop
            )
            await self._keys.run(read, stop)
        except StoppedError:
            return
        finally:
            await publisher.close()

    def _imports(self, pool: Pool) -> ImportRoutes:
        return ImportRoutes(
            senders=self._senders,
            reporting_currency=self._settings.reporting.currency,
            pool=pool,
            committer=self._committer,
            limits=self._settings.door,
            clock=self._clock,
            ids=self._ids,
            metrics=self._metrics,
            wrapper=self._wrapper,
            authorize=importers(self._keys),
        )

    def _answers(self) -> AnswerRoutes:
        # People wait for these pages, so they ask by the connections of requests, not by those of operators.
        return AnswerRoutes(
            pool=lambda: self._lookups,
            senders=self._senders,
            committer=self._committer,
            clock=self._clock,
            ids=self._ids,
            wrapper=self._wrapper,
            keys=self._wrapper.derived(ANSWER_LINKS),
        )

    async def _spill_takes(self) -> bool:
        return self._spill.unusable() is None

    async def _make_pools(self) -> None:
        url, role = self._settings.postgres_url, role_of("ingest")
        if self._lookups is None:
            self._lookups = await make_pool(url, role, size=_LOOKUP_CONNECTIONS)
        self._admin = await make_pool(url, role, size=_ADMIN_CONNECTIONS, command_timeout_s=_ADMIN_TIMEOUT_S)

    async def _postgres_missing(self) -> str | None:
        return await ping(self._lookups) if self._lookups is not None else "not connected yet"

    async def _close(self) -> None:
        for pool in (self._lookups, self._admin):
            if pool is not None:
                await close_pool(pool)
        await close_tracer(self._tracer)
