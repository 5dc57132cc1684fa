"""The service processes: started together, started again when they die, stopped in the flow's order."""

from collections.abc import Mapping, Sequence

from leadtrace.embedded.backoff import Backoff
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.embedded.process import ManagedProcess, ProcessSpec
from leadtrace.embedded.services import ServiceSpec
from leadtrace.runtime.logging import get_logger

_log = get_logger("leadtrace.embedded.children")


class Child:
    """One service process over all its runs."""

    def __init__(self, service: ServiceSpec, folder: DataFolder, env: Mapping[str, str]) -> None:
        self.service = service
        self._spec = ProcessSpec(
            name=service.name,
            argv=service.argv,
            log_path=folder.log_of(service.name),
            env={**env, **service.env},
        )
        self._process = ManagedProcess(self._spec)
        self._backoff = Backoff()

    @property
    def pid(self) -> int | None:
        """The process id of the latest run."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self._process.running

    @property
    def failures(self) -> int:
        """How often it died since it last ran steadily."""
        return self._backoff.failures

    async def start(self) -> None:
        """Start it anew."""
        self._process = ManagedProcess(self._spec)
        await self._process.start()
        self._backoff.started()

    async def tend(self) -> None:
        """Note a death, and start it again once its pause is over."""
        if self._process.running:
            return
        if self._backoff.died():
            _log.warning(
                "service.died",
                child=self.service.name,
                returncode=self._process.returncode,
                log=str(self._spec.log_path),
            )
        if self._backoff.due():
            await self.start()
            _log.warning("service.restarted", child=self.service.name, pid=self.pid)

    async def stop(self, deadline_s: float) -> None:
        """Let it drain; kill it after `deadline_s` seconds."""
        if not await self._process.stop(deadline_s):
            _log.warning("service.killed", child=self.service.name, deadline_s=deadline_s)

    def log_tail(self) -> str:
        """The last lines that it wrote."""
        return self._process.log_tail()


class Children:
    """All service processes of an installation."""

    def __init__(self, services: Sequence[ServiceSpec], folder: DataFolder, env: Mapping[str, str]) -> None:
        self.all = tuple(Child(service, folder, env) for service in services)

    async def start(self) -> None:
        """Start every one; the order does not matter to them."""
        for child in self.all:
            await child.start()

    async def tend(self) -> None:
        """Start again what died."""
        for child in self.all:
            await child.tend()

    async def stop(self, deadline_s: float) -> None:
        """Stop them one after the other, so that what the first drains reaches the next."""
        for child in self.all:
            await child.stop(deadline_s)
