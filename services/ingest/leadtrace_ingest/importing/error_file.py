"""The rows that did not go through, in a CSV file of their own: line, reason and detail, never a value."""

import csv
from pathlib import Path
from typing import IO

_HEADER = ("line", "reason", "detail")


class ErrorFile:
    """Made when the first row is refused; a continued import goes on in the same file."""

    def __init__(self, path: Path, *, append: bool) -> None:
        self.path = path
        self._append = append
        self._file: IO[str] | None = None

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
