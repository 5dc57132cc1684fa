"""The one folder that holds all data of an embedded installation, used by one process at a time."""

import fcntl
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec

_PRIVATE = 0o600


class DataFolderLockedError(Exception):
    """Another process uses the folder."""


class RunState(msgspec.Struct, frozen=True):
    """What a running supervisor tells other commands: its pid and where its PostgreSQL and broker are."""

    pid: int
    postgres_url: str
    kafka_bootstrap_servers: str


@dataclass(slots=True)
class _Lock:
    descriptor: int


class DataFolder:
    """Paths inside the folder, its lock, the first admin key, and the state of the run.

    As a context manager it holds the lock; the kernel lets go of it when the process ends, however it does.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: _Lock | None = None

    @property
    def logs(self) -> Path:
        """Where each process has its log file."""
        return self.path / "logs"

    @property
    def postgres(self) -> Path:
        """What PostgreSQL keeps."""
        return self.path / "postgres"

    def log_of(self, process: str) -> Path:
        """The log file of one process."""
        return self.logs / f"{process}.log"

    def __enter__(self) -> Self:
        self.lock()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def lock(self) -> None:
        """Make the folder if it is missing, and hold it until `release`.

        Raises:
            DataFolderLockedError: another process holds it.
        """
        # As root the unprivileged user of PostgreSQL passes through; nobody else may list it.
        mode = 0o711 if os.geteuid() == 0 else 0o700
        self.path.mkdir(mode=mode, parents=True, exist_ok=True)
        self.logs.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise DataFolderLockedError(
                f"{self.path} is in use by {self._holder()}; stop that first"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._lock = _Lock(descriptor)

    def release(self) -> None:
        """Let go of the folder; the state of the run goes with it."""
        if self._lock is None:
            return
        self._state_file.unlink(missing_ok=True)
        os.close(self._lock.descriptor)
        self._lock = None

    def in_use(self) -> bool:
        """Whether some process holds the folder now."""
        if self._lock is not None:
            return True
        if not self._lock_file.exists():
            return False
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def bootstrap_key(self) -> str:
        """The first admin key, made on first use and readable by the owner only."""
        path = self.path / "bootstrap-key"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(f"lt_{secrets.token_urlsafe(32)}\n")
        return path.read_text().strip()

    def known_bootstrap_key(self) -> str | None:
        """The first admin key if `up` has made one here."""
        path = self.path / "bootstrap-key"
        return path.read_text().strip() if path.exists() else None

    def write_state(self, state: RunState) -> None:
        """Tell other commands about this run."""
        draft = self._state_file.with_suffix(".new")
        draft.touch(mode=_PRIVATE)
        draft.write_bytes(msgspec.json.encode(state))
        draft.replace(self._state_file)

    def read_state(self) -> RunState | None:
        """The state of the run that holds the folder now; None when nothing runs here."""
        if not self.in_use():
            return None
        try:
            return msgspec.json.decode(self._state_file.read_bytes(), type=RunState)
        except FileNotFoundError:
            return None

    @property
    def _lock_file(self) -> Path:
        return self.path / "lock"

    @property
    def _state_file(self) -> Path:
        return self.path / "run.json"

    def holder_pid(self) -> int:
        """The process id of whoever holds the folder, or held it last; 0 if nobody ever did."""
        try:
            return int(self._lock_file.read_text().strip() or 0)
        except FileNotFoundError:
            return 0

    def _holder(self) -> str:
        pid = self.holder_pid()
        return f"process {pid}" if pid else "another process"
