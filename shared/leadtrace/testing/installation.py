"""A whole installation as an operator has it: `leadtrace up` in a process of its own, on free ports."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from leadtrace.cli.traffic.sender import Posted, Target, WebhookSender
from leadtrace.embedded.readiness import free_port
from leadtrace.runtime.clock import SystemClock
from leadtrace.testing.eventually import eventually_answers

SECRET = "not-a-real-client-secret"  # noqa: S105 - a test's own
SENDER = "hubspot"
_PROCESSES = ("api", "ingest", "scoring", "attribution", "projector", "relay", "webhooks")
READY_WITHIN_S = 60.0
ACCOUNTED_WITHIN_S = 120.0
SLOWEST_ITEMS_PER_S = 100.0


@dataclass(slots=True)
class Installation:
    """A data folder with the ports of its processes; `start` and `stop` may be called again and again."""

    folder: Path
    more_env: Mapping[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    def __post_init__(self) -> None:
        self.ports = dict(zip(_PROCESSES, free_ports(len(_PROCESSES)), strict=True))

    @property
    def api(self) -> str:
        """Address of the api."""
        return f"http://127.0.0.1:{self.ports['api']}"

    @property
    def log(self) -> Path:
        """What the supervisor said."""
        return self.folder.with_suffix(".up.log")

    @property
    def hook(self) -> str:
        """Address that the sender posts to."""
        return f"http://127.0.0.1:{self.ports['ingest']}/v1/webhooks/{SENDER}"

    def environment(self) -> dict[str, str]:
        """The variables under which every command of this installation runs."""
        ports = {f"LEADTRACE_PORTS__{name.upper()}": str(port) for name, port in self.ports.items()}
        return {
            **os.environ,
            "LEADTRACE_EMBEDDED__DATA_DIR": str(self.folder),
            # Busy machines start slowly.
            "LEADTRACE_EMBEDDED__START_DEADLINE_S": "180",
            "LEADTRACE_SENDERS__HUBSPOT__SECRETS": f'["{SECRET}"]',
            **ports,
            **self.more_env,
        }

    async def start(self) -> None:
        """Run `leadtrace up` and return once every process is ready."""
        with self.log.open("ab") as log:
            command = (sys.executable, "-m", "leadtrace.cli.main", "up")
            self.process = await asyncio.create_subprocess_exec(
                *command, env=self.environment(), stdout=log, stderr=log
            )
        await eventually_answers(self.ready, what="the installation is ready", deadline_s=READY_WITHIN_S)

    async def ready(self) -> bool:
        """Whether every process says that it is ready."""
        if self.process is None or self.process.returncode is not None:
            code = None if self.process is None else self.process.returncode
            raise AssertionError(f"`leadtrace up` ended with {code}: {self.log.read_text()[-2_000:]}")
        async with httpx.AsyncClient(timeout=5.0) as client:
            for port in self.ports.values():
                try:
                    answer = await client.get(f"http://127.0.0.1:{port}/readyz")
                except httpx.HTTPError:
                    return False
                if answer.status_code != httpx.codes.OK:
                    return False
        return True

    async def stop(self) -> int:
        """Ask it to stop as Ctrl-C does; the exit code."""
        assert self.process is not None  # noqa: S101 - a test's own mistake
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        return await self.process.wait()

    async def kill_everything(self) -> None:
        """Kill the supervisor and all that it started, as a power cut does."""
        assert self.process is not None  # noqa: S101 - a test's own mistake
        family = self.family()
        for one in [psutil.Process(self.process.pid), *family]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        await self.process.wait()
        psutil.wait_procs(family, timeout=10)

    def family(self) -> list[psutil.Process]:
        """Every process below the supervisor."""
        assert self.process is not None  # noqa: S101 - a test's own mistake
        return psutil.Process(self.process.pid).children(recursive=True)

    def find(self, words: str) -> psutil.Process:
        """The process whose command line holds `words`, for example `leadtrace_ingest.main relay`.

        Raises:
            LookupError: none does now.
        """
        for one in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                if words in " ".join(one.cmdline()):
                    return one
        raise LookupError(words)

    async def post(self, bodies: list[bytes], *, repeat_share: float = 0.0) -> Posted:
        """Post deliveries signed, again after failures, and return once all are accepted."""
        sender = WebhookSender(Target(self.hook, SECRET), SystemClock(), lambda _: None)
        return await sender.post(bodies, repeat_share=repeat_share)

    async def get(self, path: str, **parameters: str) -> dict[str, Any]:
        """What the api answers."""
        async with httpx.AsyncClient(timeout=30.0) as client:
            answer = await client.get(f"{self.api}{path}", params=parameters)
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        return body

    async def accounted(self, *, items: int, within_s: float | None = None) -> dict[str, Any]:
        """The conservation report once at least `items` were accepted and none is pending.

        Unless told how long, it waits longer for more items, at what two busy cores still do.
        """
        report: dict[str, Any] = {}

        async def nothing_pending() -> bool:
            nonlocal report
            try:
                report = await self.get("/v1/audit/conservation")
            except httpx.HTTPError:
                return False
            accepted = sum(row["accepted"] for row in report["items"])
            return bool(accepted >= items and report["pending"] == 0)

        deadline_s = within_s if within_s is not None else ACCOUNTED_WITHIN_S + items / SLOWEST_ITEMS_PER_S
        await eventually_answers(nothing_pending, what="everything is accounted for", deadline_s=deadline_s)
        return report


@contextlib.asynccontextmanager
async def running(folder: Path, **more_env: str) -> AsyncGenerator[Installation]:
    """An installation that is ready, and stopped at the end."""
    installation = Installation(folder, more_env)
    try:
        await installation.start()
        yield installation
    finally:
        if installation.process is not None and installation.process.returncode is None:
            await installation.stop()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, each once."""
    ports: set[int] = set()
    while len(ports) < count:
        ports.add(free_port())
    return list(ports)
