"""A posting of spend as CSV: the scope stands in the query of the address, the rows in the body."""

import csv
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError
from leadtrace_ingest.senders.spend.posting import COLUMNS

_SCOPE = ("account", "from", "to")


def scope_of(query: str) -> dict[str, str]:
    """What the query says of the scope."""
    return {name: value.replace("\x00", "\ufffd") for name, value in parse_qsl(query) if name in _SCOPE}


def read_table(body: bytes, scope: Mapping[str, str]) -> dict[str, Any]:
    """The posting that a CSV body and its scope make; columns are those of the JSON rows.

    Raises:
        RefusedError: it is no such CSV; the detail names the line.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedError(Reason.INVALID_ITEM, "the CSV is not UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check(header)
        rows = [_row(header, cells, reader.line_num) for cells in reader if cells]
    except csv.Error as error:
        raise RefusedError(Reason.BROKEN_ROW, f"line {reader.line_num}: {error}") from None
    return {**scope, "rows": rows}


def _check(header: list[str]) -> None:
    for name in header:
        if name not in COLUMNS:
            raise RefusedError(Reason.INVALID_ITEM, f"line 1: unknown column; known are {', '.join(COLUMNS)}")
    if len(set(header)) != len(header) or "amount" not in header:
        raise RefusedError(Reason.INVALID_ITEM, "line 1: each column once, `amount` among them")


def _row(header: list[str], cells: list[str], line: int) -> dict[str, str]:
    if len(cells) != len(header):
        raise RefusedError(
            Reason.BROKEN_ROW, f"line {line}: {len(cells)} cells, but the first line names {len(header)}"
        )
    return {name: cell for name, cell in zip(header, cells, strict=True) if cell.strip()}
