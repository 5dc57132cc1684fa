"""An installation of stand-in processes above a real PostgreSQL and the real embedded broker."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadtrace.cli.wiring import make_admin, make_broker
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.embedded.infrastructure import Parts
from leadtrace.embedded.readiness import free_port
from leadtrace.embedded.services import ServiceSpec
from leadtrace.embedded.supervisor import Running, Supervisor
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Embedded
from leadtrace.runtime.shutdown import StopSignal

STAND_IN = Path(__file__).with_name("stand_in.py")
START_DEADLINE_S = 30.0


def stand_in(name: str, folder: Path, mood: str = "good", port: int = 0) -> ServiceSpec:
    """A process of the installation; `folder` takes its traces."""
    port = port or free_port()
    return ServiceSpec(name, (sys.executable, str(STAND_IN), name, str(port), str(folder), mood), port)


async def never_drained() -> bool:
    """Something is always under way."""
    return False


def parts(**changes: object) -> Parts:
    """The real parts, but nothing is ever drained unless a test says so."""
    given = {"make_broker": make_broker, "make_admin": make_admin, "is_drained": never_drained, **changes}
    return Parts(**given)  # type: ignore[arg-type]


def settings_in(folder: Path, **embedded: object) -> Settings:
    """Settings of an embedded installation in `folder`."""
    values = {"data_dir": folder / "data", "start_deadline_s": START_DEADLINE_S, **embedded}
    return Settings(embedded=Embedded.model_validate(values))


@dataclass(slots=True)
class Installation:
    """A running supervisor, and what to ask it."""

    folder: DataFolder
    supervisor: Supervisor
    stop: StopSignal
    task: asyncio.Task[None]
    ready: asyncio.Future[Running]
    traces: Path

    def history(self) -> list[str]:
        """What the stand-ins wrote, in order."""
        path = self.traces / "history"
        return path.read_text().splitlines() if path.exists() else []


@asynccontextmanager
async def installation(
    folder: Path,
    services: Sequence[ServiceSpec],
    *,
    settings: Settings | None = None,
    given: Parts | None = None,
) -> AsyncGenerator[Installation]:
    """A ready installation, stopped at the end unless the test stopped it."""
    settings = settings or settings_in(folder)
    stop = StopSignal()
    with DataFolder(settings.embedded.data_dir) as data:
        supervisor = Supervisor(settings, data, given or parts(), services)
        ready: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(supervisor.run(stop, ready.set_result))
        waited: set[asyncio.Future[Any]] = {task, ready}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        try:
            if task.done():
                ready.cancel()
                await task
            yield Installation(data, supervisor, stop, task, ready, folder)
        finally:
            stop.set("end of test")
            await asyncio.wait({task})
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
