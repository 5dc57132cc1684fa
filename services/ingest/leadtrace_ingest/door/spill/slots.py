"""The spill folder: one slot for each door at work, each held by a lock that ends with its process.

Whoever holds a slot owns the segments in it. A slot whose door died is free: the next door takes it, or one
that runs already files what is left in it. Everything here blocks.
"""

import fcntl
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from leadtrace_ingest.door.spill.segment import ASIDE_SUFFIX, SUFFIX, sync_folder

_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600
_LOCK = "lock"
_PREFIX = "door-"


class Slot:
    """A folder that is this process' own until `release`."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    def segments(self) -> list[Path]:
        """The segments in it, oldest first."""
        return sorted(self.path.glob(f"*{SUFFIX}"))

    def release(self) -> None:
        """Leave it to the next door."""
        os.close(self._descriptor)


class Slots:
    """All slots of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self) -> Slot:
        """The first slot that nobody holds, made if need be.

        Raises:
            OSError: the folder cannot be used.
        """
        _make(self._folder)
        for number in count(1):
            slot = self._try(self._folder / f"{_PREFIX}{number}")
            if slot is not None:
                return slot
        raise AssertionError("numbers do not end")

    def take_left_behind(self) -> list[Slot]:
        """Every slot that nobody holds and that has segments in it."""
        used = [path for path in sorted(self._folder.glob(f"{_PREFIX}*")) if any(path.glob(f"*{SUFFIX}"))]
        return [slot for path in used if (slot := self._try(path)) is not None]

    def bytes_of_others(self, own: set[Path]) -> int:
        """What stands in slots other than these, and what was set aside anywhere."""
        return sum(_size(path) for path in self._spilled() if path.parent not in own or _aside(path))

    def aside(self) -> int:
        """How many segments were set aside."""
        return sum(1 for path in self._spilled() if _aside(path))

    def _spilled(self) -> Iterator[Path]:
        for slot in self._folder.glob(f"{_PREFIX}*"):
            yield from slot.glob(f"*{SUFFIX}")
            yield from slot.glob(f"*{ASIDE_SUFFIX}")

    def _try(self, path: Path) -> Slot | None:
        _make(path)
        descriptor = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE_FILE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return Slot(path, descriptor)


def _make(folder: Path) -> None:
    """Make a folder that only this user can look into, and make its name durable."""
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    sync_folder(folder.parent)


def _aside(path: Path) -> bool:
    return path.suffix == ASIDE_SUFFIX


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # filed since
        return 0
