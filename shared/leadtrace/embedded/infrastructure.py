"""PostgreSQL and the broker of an embedded installation: started, watched, and the broker recycled.

What is configured by address belongs to somebody else and is left alone.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from leadtrace.bus.protocol import BusUnavailableError
from leadtrace.embedded.backoff import Backoff
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.embedded.postgres import EmbeddedPostgres
from leadtrace.embedded.postgres_home import PostgresUnavailableError
from leadtrace.embedded.readiness import BrokerFailedError
from leadtrace.embedded.services import with_addresses
from leadtrace.embedded.topics import MakeAdmin, create_topics
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.settings import Settings
from leadtrace.store.engine import UNAVAILABLE
from leadtrace.store.migrate import ROOMS, MigrationRoom, migrate

_RECYCLE_LOOK_S = 5.0
_BYTES_PER_MB = 1_000_000

# What a restart may meet that the next one may not.
_NOT_YET: tuple[type[Exception], ...] = (PostgresUnavailableError, *UNAVAILABLE)

_log = get_logger("leadtrace.embedded.infrastructure")


class Broker(Protocol):
    """A broker that this machine starts; it may forget everything when it stops."""

    @property
    def bootstrap_servers(self) -> str:
        """Its address; the same after a restart."""

    @property
    def running(self) -> bool:
        """Whether it runs."""

    @property
    def pid(self) -> int | None:
        """Its process id, None before the start."""

    @property
    def rss_bytes(self) -> int:
        """Its resident memory."""

    async def start(self) -> None:
        """Return once it answers."""

    async def stop(self) -> None:
        """End it, with all that it holds."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The concrete things that wiring hands in.

    `is_drained` says whether nothing would be read again if the broker forgot everything now.
    """

    make_broker: Callable[[DataFolder, int], Broker]
    make_admin: MakeAdmin
    is_drained: Callable[[], Awaitable[bool]]
    rooms: Sequence[MigrationRoom] = ROOMS


class Infrastructure:
    """What the services need below them; `settings` gains its addresses once it is started."""

    def __init__(self, settings: Settings, folder: DataFolder, parts: Parts) -> None:
        self.settings = settings
        self._folder = folder
        self._parts = parts
        self.postgres = self._make_postgres() if settings.postgres.url is None else None
        self.broker: Broker | None = None
        self._postgres_backoff = Backoff()
        self._broker_backoff = Backoff()
        self._looked_at = time.monotonic()

    async def start(self) -> None:
        """Start what is not configured by address; schema and topics are up to date afterwards.

        Raises:
            PostgresUnavailableError: PostgreSQL cannot be started.
            BrokerFailedError: the broker cannot be started.
        """
        if self.settings.kafka.bootstrap_servers is None:
            self.broker = self._parts.make_broker(self._folder, self.settings.embedded.broker_port)
        if self.postgres is None and self.broker is None:
            return
        async with asyncio.TaskGroup() as group:
            if self.postgres is not None:
                group.create_task(self.postgres.start(self.settings.embedded.start_deadline_s))
            if self.broker is not None:
                group.create_task(self.broker.start())
        self._postgres_backoff.started()
        self._broker_backoff.started()
        self.settings = self._with_addresses()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._migrate())
            group.create_task(create_topics(self.settings, self._parts.make_admin))

    async def tend(self) -> None:
        """Start again what died, and recycle the broker when it is drained and past its bound."""
        if self.postgres is not None and not self.postgres.running:
            await self._revive_postgres(self.postgres)
        if self.broker is not None and not self.broker.running:
            await self._revive_broker(self.broker)
        elif self.broker is not None and self._time_to_look():
            await self._recycle(self.broker)

    async def stop(self, deadline_s: float) -> None:
        """Stop the broker, then PostgreSQL."""
        if self.broker is not None:
            await self.broker.stop()
        if self.postgres is not None:
            await self.postgres.stop(deadline_s)

    def _make_postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(
            self._folder.postgres,
            self._folder.log_of("postgres"),
            port=self.settings.embedded.postgres_port,
        )

    def _with_addresses(self) -> Settings:
        url = self.postgres.url if self.postgres else self.settings.postgres_url
        servers = self.broker.bootstrap_servers if self.broker else self.settings.kafka_bootstrap_servers
        return with_addresses(self.settings, postgres_url=url, bootstrap_servers=servers)

    async def _migrate(self) -> None:
        await migrate(
            self.settings.postgres_url,
            self._parts.rooms,
            lock_timeout_s=self.settings.postgres.lock_timeout_s,
            reader_password=self.settings.reader_password,
        )

    async def _revive_postgres(self, postgres: EmbeddedPostgres) -> None:
        if self._postgres_backoff.died():
            _log.warning("postgres.died", log=str(self._folder.log_of("postgres")))
        if not self._postgres_backoff.due():
            return
        try:
            await postgres.start(self.settings.embedded.start_deadline_s)
        except _NOT_YET as error:
            _log.error("postgres.restart_failed", error=str(error))
            self._postgres_backoff.failed_again()
        else:
            self._postgres_backoff.started()
            _log.warning("postgres.restarted", pid=postgres.pid)

    async def _revive_broker(self, broker: Broker) -> None:
        if self._broker_backoff.died():
            _log.warning("broker.died", log=str(self._folder.log_of("broker")))
        if self._broker_backoff.due():
            await self._start_broker(broker)

    async def _start_broker(self, broker: Broker) -> None:
        try:
            await broker.start()
            await create_topics(self.settings, self._parts.make_admin)
        except (BrokerFailedError, BusUnavailableError, OSError) as error:
            _log.error("broker.restart_failed", error=str(error))
            # A broker without its topics is of no use: end it, so that it is started again.
            await broker.stop()
            self._broker_backoff.failed_again()
        else:
            self._broker_backoff.started()
            _log.warning("broker.restarted")

    def _time_to_look(self) -> bool:
        if time.monotonic() - self._looked_at < _RECYCLE_LOOK_S:
            return False
        self._looked_at = time.monotonic()
        return True

    async def _recycle(self, broker: Broker) -> None:
        limit = self.settings.embedded.broker_memory_limit_mb * _BYTES_PER_MB
        if broker.rss_bytes <= limit or not await self._parts.is_drained():
            return
        _log.info("broker.recycled", rss_bytes=broker.rss_bytes, limit_bytes=limit)
        await broker.stop()
        await self._start_broker(broker)
