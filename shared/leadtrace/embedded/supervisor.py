"""`leadtrace up`: everything of an installation on one machine, from the lock to the last checkpoint.

Start: PostgreSQL and broker → schema and topics → services → all ready. Stop: the services in the flow's
order, the broker, PostgreSQL. Whatever dies between is started again; nothing outlives the supervisor.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leadtrace.embedded.children import Children
from leadtrace.embedded.datafolder import DataFolder, RunState
from leadtrace.embedded.infrastructure import Infrastructure, Parts
from leadtrace.embedded.service_health import ServiceHealth, ask_all
from leadtrace.embedded.services import ServiceSpec, local_host, service_environment
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import Deadline, StopSignal

_TICK_S = 0.2
_READY_POLL_S = 0.1
# A process that dies this often before it was ever ready will not become so by waiting.
_HOPELESS_DEATHS = 3

_log = get_logger("leadtrace.embedded.supervisor")


class StartFailedError(Exception):
    """The installation did not come up; the message says which process and why."""


@dataclass(frozen=True, slots=True)
class Running:
    """A ready installation: the settings with their addresses, the processes, and the first admin key."""

    settings: Settings
    services: tuple[ServiceHealth, ...]
    pids: dict[str, int | None]
    bootstrap_key: str


class Supervisor:
    """Runs one installation in a data folder that the caller has locked."""

    def __init__(
        self, settings: Settings, folder: DataFolder, parts: Parts, services: Sequence[ServiceSpec]
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._services = tuple(services)
        self._host = local_host(settings.ports)
        self._infrastructure = Infrastructure(settings, folder, parts)
        self._children: Children | None = None

    async def run(self, stop: StopSignal, on_ready: Callable[[Running], None]) -> None:
        """Start everything, call `on_ready`, keep it running until `stop`, then stop everything.

        Raises:
            StartFailedError: something did not come up; all is stopped again.
        """
        try:
            running = await self._unless_stopped(stop)
            if running is not None:
                on_ready(running)
                await self._keep_running(stop)
        finally:
            await asyncio.shield(self.stop())

    async def start(self) -> Running:
        """Return once every process says that it is ready.

        Raises:
            StartFailedError: one did not within the deadline, or keeps dying.
        """
        deadline = Deadline(self._settings.embedded.start_deadline_s)
        try:
            await self._infrastructure.start()
        except ExceptionGroup as group:
            raise StartFailedError("\n".join(str(error) for error in group.exceptions)) from group
        settings = self._infrastructure.settings
        given = settings.keys.bootstrap
        key = given.get_secret_value() if given else self._folder.bootstrap_key()
        self._folder.write_state(_state(settings, self._folder))
        self._children = Children(self._services, self._folder, service_environment(settings, key))
        await self._children.start()
        health = await self._until_ready(self._children, deadline)
        pids = {child.service.name: child.pid for child in self._children.all}
        return Running(settings, tuple(health), pids, key)

    async def tend(self) -> None:
        """Start again what died; called every fraction of a second."""
        await self._infrastructure.tend()
        if self._children is not None:
            await self._children.tend()

    async def stop(self) -> None:
        """Stop everything in order, each within its deadline."""
        deadline_s = self._settings.embedded.stop_deadline_s
        try:
            if self._children is not None:
                await self._children.stop(deadline_s)
        finally:
            await self._infrastructure.stop(deadline_s)

    async def _unless_stopped(self, stop: StopSignal) -> Running | None:
        start = asyncio.create_task(self.start())
        waiter = asyncio.create_task(stop.wait())
        await asyncio.wait({start, waiter}, return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        if start.done():
            return start.result()
        start.cancel()
        await asyncio.wait({start})
        return None

    async def _keep_running(self, stop: StopSignal) -> None:
        while not await stop.wait_for(_TICK_S):
            try:
                await self.tend()
            except Exception:  # noqa: BLE001 - falling over one failed look would take everything down
                _log.exception("supervisor.look_failed")

    async def _until_ready(self, children: Children, deadline: Deadline) -> list[ServiceHealth]:
        while True:
            health = await ask_all(self._services, self._host)
            alive = all(child.running for child in children.all)
            if alive and all(one.ready for one in health):
                return health
            for child in children.all:
                if child.failures >= _HOPELESS_DEATHS:
                    raise StartFailedError(f"{child.service.name} keeps dying:\n{child.log_tail()}")
            if deadline.passed():
                raise StartFailedError(_not_ready(health, deadline, self._folder))
            await children.tend()
            await self._infrastructure.tend()
            await asyncio.sleep(_READY_POLL_S)


def _state(settings: Settings, folder: DataFolder) -> RunState:
    return RunState(folder.holder_pid(), settings.postgres_url, settings.kafka_bootstrap_servers)


def _not_ready(health: Sequence[ServiceHealth], deadline: Deadline, folder: DataFolder) -> str:
    lines = [f"  {one.name}: {', '.join(one.missing) or 'not ready'}" for one in health if not one.ready]
    return "\n".join([f"not ready after {deadline.seconds:g} s (logs in {folder.logs}):", *lines])
