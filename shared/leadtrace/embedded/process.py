"""A child process with a log file, a designed stop, and a leash: it never outlives its parent."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from leadtrace.embedded import leash

_LOG_LIMIT_BYTES = 20_000_000
_TAIL_BYTES = 4_000


@dataclass(frozen=True, slots=True)
class Owner:
    """The user and group that a process runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """What to run. `env` is added to this process' own environment; `argv[0]` is an absolute path."""

    name: str
    argv: tuple[str, ...]
    log_path: Path
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    owner: Owner | None = None
    cwd: Path | None = None


class ManagedProcess:
    """One run of a `ProcessSpec`; start a new object for the next run."""

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec = spec
        self._process: asyncio.subprocess.Process | None = None
        self._log_from = 0

    async def start(self) -> None:
        """Start the program; its output is appended to the log file.

        Raises:
            OSError: it cannot be started.
        """
        roll_log(self.spec.log_path)
        with self.spec.log_path.open("ab") as log:
            self._log_from = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *leashed(self.spec.argv, self.spec.death_signal, self.spec.owner),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.spec.env},
                cwd=self.spec.cwd,
                # Ctrl-C in a terminal goes to the whole group; the supervisor stops children in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int | None:
        """The process id, None before the start."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.returncode if self._process else None

    @property
    def rss_bytes(self) -> int:
        """Resident memory; 0 when it does not run."""
        if not self.running or self.pid is None:
            return 0
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.NoSuchProcess:
            return 0

    async def wait(self) -> int:
        """Return the exit code once it has ended."""
        if self._process is None:
            raise RuntimeError(f"{self.spec.name} was never started")
        return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def stop(self, deadline_s: float) -> bool:
        """Ask it to stop and wait; kill it after `deadline_s` seconds. True if it stopped by itself."""
        if not self.running:
            return True
        self.signal(self.spec.stop_signal)
        if await self.ended_within(deadline_s):
            return True
        await self.kill()
        return False

    async def ended_within(self, seconds: float) -> bool:
        """Whether it ended within this time."""
        try:
            async with asyncio.timeout(seconds):
                await self.wait()
        except TimeoutError:
            return False
        return True

    async def kill(self) -> None:
        """End it at once, and wait until it is gone."""
        if self.running:
            self.signal(signal.SIGKILL)
            await self.wait()

    def log_tail(self) -> str:
        """The last lines that this run wrote, for an error message."""
        return tail(self.spec.log_path, self._log_from)


def leashed(argv: tuple[str, ...], death_signal: signal.Signals, owner: Owner | None) -> list[str]:
    """The command that runs `argv` so that it gets `death_signal` when this process dies, even by kill -9."""
    user = owner or Owner(-1, -1)
    options = (os.getpid(), int(death_signal), user.uid, user.gid)
    return [sys.executable, "-I", "-S", str(Path(leash.__file__)), *map(str, options), *argv]


def roll_log(path: Path) -> None:
    """Keep one older log beside it when the log has grown past its limit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
        path.replace(path.with_name(f"{path.name}.old"))


def tail(path: Path, since: int = 0) -> str:
    """The last lines of a file from the byte `since` on, empty if there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(since, path.stat().st_size - _TAIL_BYTES))
        return file.read().decode(errors="replace").strip()
