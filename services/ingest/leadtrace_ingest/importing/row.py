"""A row on its way from a file into a delivery, or into the list of what was refused."""

from dataclasses import dataclass
from typing import Any

from leadtrace_ingest.outcome import Reason


@dataclass(frozen=True, slots=True)
class Row:
    """What stands at a line of the file: cells by column, or the reason why it is no row.

    `raw` is the row as JSON where the file has it so; `count` how many rows of the file were gathered in it.
    """

    line: int
    cells: dict[str, Any] | None = None
    raw: bytes | None = None
    count: int = 1
    reason: Reason | None = None
    detail: str = ""


def broken(line: int, detail: str, reason: Reason = Reason.BROKEN_ROW) -> Row:
    """A row that cannot be read."""
    return Row(line, reason=reason, detail=detail)


class ImportFileError(ValueError):
    """The file as a whole cannot be imported; the message says what is wrong and what helps."""
