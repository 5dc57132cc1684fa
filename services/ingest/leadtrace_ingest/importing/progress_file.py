"""How far an import came, so that it goes on there after Ctrl-C: kept until the file is through.

It is only a shortcut: whatever it says or lacks, a row that was accepted before counts as a copy.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from leadtrace_ingest.importing.tally import Tally
from leadtrace_ingest.senders.imported.header import hash_of

_VERSION = 1


class Unsettled(msgspec.Struct, frozen=True):
    """A delivery whose outcome is not known yet.

    `runs` are the lines of its rows: first line and how many follow each other. `counts` says how many rows
    of the file each gathers; it is empty where all are one.
    """

    intake_id: str
    runs: list[tuple[int, int]]
    counts: list[int] = []

    @classmethod
    def of(cls, intake_id: str, lines: Sequence[int], counts: Sequence[int]) -> "Unsettled":
        """A delivery of rows at these lines."""
        runs: list[tuple[int, int]] = []
        for line in lines:
            if runs and sum(runs[-1]) == line:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
            else:
                runs.append((line, 1))
        return cls(intake_id, runs, list(counts) if any(count != 1 for count in counts) else [])

    def line_of(self, item: int) -> int:
        """The line of its n-th row."""
        for first, length in self.runs:
            if item < length:
                return first + item
            item -= length
        return 0


class Progress(msgspec.Struct):
    """The beginning of a file that is through: its tally, its deliveries without an outcome."""

    run: str
    version: int = _VERSION
    batches: int = 0
    seen: int = 0
    tally: Tally = msgspec.field(default_factory=Tally)
    unsettled: list[Unsettled] = []


class ProgressFile:
    """The progress of one file with one mapping for one sender; another one begins anew."""

    def __init__(self, folder: Path, source: Path, *words: str) -> None:
        status = source.stat()
        facts = (str(source.resolve()), str(status.st_size), str(status.st_mtime_ns), *words)
        self._path = folder / f"{hash_of(chr(0).join(facts).encode())}.json"

    def read(self) -> Progress | None:
        """What an earlier run left; None if there is nothing that can be used."""
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=Progress)
        except (OSError, msgspec.DecodeError):
            return None
        return found if found.version == _VERSION else None

    def write(self, progress: Progress) -> None:
        """Replace it at one stroke; a disk that takes nothing costs only the shortcut."""
        beside = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(msgspec.json.encode(progress))
            os.replace(beside, self._path)  # noqa: PTH105 - the one that replaces on every system
        except OSError:
            return

    def forget(self) -> None:
        """The file is through."""
        self._path.unlink(missing_ok=True)
