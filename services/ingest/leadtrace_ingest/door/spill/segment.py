"""One file of spilled requests: appended to and synced by one thread at a time, read when it is filed.

Everything here blocks; it is called from threads, never on the event loop.
"""

import os
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from leadtrace_ingest.door.intake import IntakeEntry
from leadtrace_ingest.door.spill.frames import MARK, Contents, frame, read

SUFFIX = ".spill"
# Kept out of the way for somebody to look at: it holds bytes that this code cannot file.
ASIDE_SUFFIX = ".aside"
_PRIVATE = 0o600
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(IntakeEntry)


class UnreadableEntryError(Exception):
    """A record is whole, and no request that this code knows."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that nobody appends to any more."""

    path: Path
    requests: int
    size: int
    oldest: datetime | None
    by_sender: Mapping[str, int] = field(default_factory=dict)

    def set_aside(self) -> None:
        """Keep it out of the way."""
        self.path.rename(self.path.with_suffix(ASIDE_SUFFIX))

    def remove(self) -> None:
        """Delete it: everything in it is filed."""
        self.path.unlink(missing_ok=True)


class LiveSegment:
    """A segment that is appended to."""

    def __init__(self, path: Path) -> None:
        """Make the file, and make its name durable.

        Raises:
            OSError: the disk does not take it.
        """
        self.path = path
        self._descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, _PRIVATE
        )
        try:
            _write(self._descriptor, MARK)
            sync_folder(path.parent)
        except BaseException:
            self.close()
            with suppress(OSError):
                path.unlink()
            raise

    def append(self, data: bytes) -> None:
        """Return once the bytes are on the disk; after an error nothing may be appended any more.

        Raises:
            OSError: they may be there, or a part of them, or none.
        """
        _write(self._descriptor, data)
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Let go of the file; what was appended is on the disk already."""
        with suppress(OSError):
            os.close(self._descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def encode(entry: IntakeEntry) -> bytes:
    """A request as it is spilled, whatever to."""
    return _ENCODER.encode(entry)


def decode(payload: bytes) -> IntakeEntry:
    """The request in a record.

    Raises:
        UnreadableEntryError: it is none that this code knows.
    """
    try:
        return _DECODER.decode(payload)
    except msgspec.MsgspecError:
        raise UnreadableEntryError from None


def framed(entry: IntakeEntry) -> bytes:
    """A request as it stands in a segment."""
    return frame(encode(entry))


def contents(path: Path) -> Contents:
    """What a segment holds.

    Raises:
        OSError: it cannot be read.
    """
    return read(path.read_bytes())


def inspect(path: Path) -> Segment:
    """A segment that somebody left behind, with what it holds as far as that can be told."""
    oldest: datetime | None = None
    by_sender: Counter[str] = Counter()
    try:
        found, size = contents(path), path.stat().st_size
    except OSError:
        return Segment(path, 0, 0, None)
    for payload in found.payloads:
        with suppress(UnreadableEntryError):
            entry = decode(payload)
            oldest = oldest or entry.received_at
            by_sender[entry.sender] += len(payload)
    return Segment(path, len(found.payloads), size, oldest, by_sender)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
