"""A real PostgreSQL from the wheel: made on the first start, recovered after any crash, on a unix socket."""

import asyncio
import os
import secrets
import shutil
import signal
from pathlib import Path
from urllib.parse import quote

from leadtrace.embedded.postgres_home import (
    OUTSIDE,
    PostgresHome,
    PostgresUnavailableError,
    prepare_home,
)
from leadtrace.embedded.postgres_orphans import clear_orphans
from leadtrace.embedded.process import ManagedProcess, ProcessSpec
from leadtrace.runtime.shutdown import Deadline
from leadtrace.store.engine import connect

SUPERUSER = "postgres"
DATABASE = "leadtrace"

_DEFAULT_PORT = 5432  # names the socket when there is no TCP port
_POLL_S = 0.01
_READY_LINE = 7  # of postmaster.pid, counted from 0
_QUIT_S = 5.0

_SERVER_SETTINGS = {
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "max_connections": "200",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
_DURABLE = {"synchronous_commit": "on"}
# For tests only: a crash of the machine may lose everything, a crash of PostgreSQL may not.
_FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class EmbeddedPostgres:
    """One PostgreSQL in `folder`; starting it again after stop, kill or crash is always safe.

    The caller makes sure that nobody else uses the folder. `port` opens TCP on loopback as well, with a
    password that lies in the folder. `durable=False` gives durability up for speed, in tests.
    """

    def __init__(
        self, folder: Path, log_path: Path, *, port: int = 0, durable: bool = True, outside: Path = OUTSIDE
    ) -> None:
        self._folder = folder
        self._log_path = log_path
        self._port = port
        self._durable = durable
        self._outside = outside
        self._home: PostgresHome | None = None
        self._process: ManagedProcess | None = None

    async def start(self, deadline_s: float = 60.0) -> None:
        """Return once it takes connections and the database exists.

        Raises:
            PostgresUnavailableError: it cannot run here, or did not come up within `deadline_s` seconds.
        """
        deadline = Deadline(deadline_s)
        home = await asyncio.to_thread(prepare_home, self._folder, outside=self._outside)
        self._home = home
        await clear_orphans(home.data)
        if not home.data.exists():
            await self._initialise(home)
        self._process = ManagedProcess(self._server_spec(home))
        await self._process.start()
        await self._until_ready(home, deadline)
        await _ensure_database(self.admin_url)

    async def stop(self, deadline_s: float = 15.0) -> None:
        """Disconnect everybody, write a checkpoint and stop; after the deadline without the checkpoint."""
        if self._process is None or not self._process.running:
            return
        self._process.signal(signal.SIGINT)
        if not await self._process.ended_within(deadline_s):
            self._process.signal(signal.SIGQUIT)
            if not await self._process.ended_within(_QUIT_S):
                await self._process.kill()

    async def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            await self._process.kill()

    async def wait(self) -> int:
        """Return the exit code once it has ended."""
        if self._process is None:
            raise RuntimeError("PostgreSQL was never started")
        return await self._process.wait()

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.running

    @property
    def pid(self) -> int | None:
        """The postmaster's process id."""
        return self._process.pid if self._process else None

    @property
    def url(self) -> str:
        """The address of the leadtrace database over the unix socket."""
        return self.url_of(DATABASE)

    @property
    def admin_url(self) -> str:
        """The address of the maintenance database."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The address of any database of this server."""
        home = self._started_home()
        port = self._port or _DEFAULT_PORT
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(home.sockets))}&port={port}"

    @property
    def tcp_url(self) -> str | None:
        """The address for tools that need TCP, with the password; None when no port was asked for."""
        if not self._port:
            return None
        password = (self._started_home().data.parent / "password").read_text().strip()
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self._port}/{DATABASE}"

    def _started_home(self) -> PostgresHome:
        if self._home is None:
            raise RuntimeError("PostgreSQL was never started")
        return self._home

    def _server_spec(self, home: PostgresHome) -> ProcessSpec:
        settings = {
            **_SERVER_SETTINGS,
            **(_DURABLE if self._durable else _FAST),
            "listen_addresses": "127.0.0.1" if self._port else "",
            "port": str(self._port or _DEFAULT_PORT),
            "unix_socket_directories": str(home.sockets),
            "unix_socket_permissions": "0700",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return ProcessSpec(
            name="postgres",
            argv=(str(home.programs / "postgres"), "-D", str(home.data), *options),
            log_path=self._log_path,
            stop_signal=signal.SIGINT,
            # A fast shutdown: the next start finds nothing to recover.
            death_signal=signal.SIGINT,
            owner=home.owner,
            cwd=home.data,
        )

    async def _initialise(self, home: PostgresHome) -> None:
        # Made beside its place and moved there when complete, so that a crash leaves no half of it.
        draft = home.data.with_name("data.new")
        password = _password_file(home)
        process = ManagedProcess(
            ProcessSpec(
                name="initdb",
                argv=(
                    str(home.programs / "initdb"),
                    *("-D", str(draft), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C"),
                    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                    *("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}"),
                    *("--no-instructions", *(() if self._durable else ("--no-sync",))),
                ),
                log_path=self._log_path,
                owner=home.owner,
                cwd=home.data.parent,
            )
        )
        await asyncio.to_thread(shutil.rmtree, draft, ignore_errors=True)
        await process.start()
        if await process.wait() != 0:
            raise PostgresUnavailableError(f"initdb failed:\n{process.log_tail()}")
        draft.rename(home.data)

    async def _until_ready(self, home: PostgresHome, deadline: Deadline) -> None:
        process = self._process
        assert process is not None  # noqa: S101 - set by the only caller
        status_file = home.data / "postmaster.pid"
        while not _says_ready(status_file, process.pid):
            if not process.running:
                raise PostgresUnavailableError(f"PostgreSQL ended while starting:\n{process.log_tail()}")
            if deadline.passed():
                await process.kill()
                raise PostgresUnavailableError(
                    f"PostgreSQL was not ready after {deadline.seconds:g} s:\n{process.log_tail()}"
                )
            await asyncio.sleep(_POLL_S)


def _says_ready(status_file: Path, pid: int | None) -> bool:
    try:
        lines = status_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > _READY_LINE and lines[0] == str(pid) and lines[_READY_LINE].strip() == "ready"


def _password_file(home: PostgresHome) -> Path:
    path = home.data.parent / "password"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{secrets.token_urlsafe(24)}\n")
        if home.owner is not None:
            os.chown(path, home.owner.uid, home.owner.gid)
    return path


async def _ensure_database(admin_url: str) -> None:
    connection = await connect(admin_url)
    try:
        if not await connection.fetchval("select 1 from pg_database where datname = $1", DATABASE):
            await connection.execute(f"create database {DATABASE}")
    finally:
        await connection.close()
