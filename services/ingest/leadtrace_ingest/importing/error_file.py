"""The rows that did not go through, in a CSV file of their own: line, reason and detail, never a value."""

import csv
from pathlib import Path
from typing import IO

_HEADER = ("line", "reason", "detail")


class ErrorFile:
    """Made when the first row is refused; a continued import goes on in the same file.

    What an earlier import left there is removed at the begin, so that it is not taken for this one's.
    """

    def __init__(self, path: Path, *, append: bool) -> None:
        self.path = path
        self._append = append
        self._file: IO[str] | None = None
        if not append and _is_ours(path):
            path.unlink()

    def write(self, line: int, reason: str, detail: str) -> None:
        """One row that did not go through."""
        if self._file is None:
            continues = self._append and self.path.exists()
            self._file = self.path.open("a" if continues else "w", encoding="utf-8", newline="")
            if not continues:
                csv.writer(self._file).writerow(_HEADER)
        csv.writer(self._file).writerow((line, reason, detail))

    def flush(self) -> None:
        """See to it that what was written is in the file."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> bool:
        """Close it; whether anything was written."""
        if self._file is None:
            return False
        self._file.close()
        return True


def _is_ours(path: Path) -> bool:
    """Whether an earlier import wrote the file."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.readline().rstrip() == ",".join(_HEADER)
    except (OSError, UnicodeDecodeError):
        return False
