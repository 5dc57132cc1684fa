"""Cells as a mapping wants them: lists split, numbers without thousands, Salesforce ids of 18 characters.

An empty cell says nothing and is left out, so that a column more in a newer export makes no new row.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from leadtrace_ingest.importing.row import ImportFileError, Row
from leadtrace_ingest.senders.imported.file_spec import FileSpec, NumberSpec

ROWS = "rows"
MAX_GATHERED = 1_000_000
_SHORT_ID, _LONG_ID = 15, 18
_CHECK_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def shaped(rows: Iterable[Row], spec: FileSpec) -> Iterator[Row]:
    """The rows as the mapping wants them.

    Raises:
        ImportFileError: there are too many to gather.
    """
    cells = (_shaped(row, spec) for row in rows)
    return _gathered(cells, spec.gather) if spec.gather else cells


def _shaped(row: Row, spec: FileSpec) -> Row:
    if row.cells is None:
        return row
    cells = {name: value for name, value in row.cells.items() if value is not None and value != ""}
    for name, sign in spec.lists.items():
        if isinstance(cells.get(name), str):
            cells[name] = [part for one in cells[name].split(sign) if (part := one.strip())]
    for numbers in spec.numbers:
        for name in numbers.columns:
            if isinstance(cells.get(name), str):
                cells[name] = _number(cells[name], numbers)
    for name in spec.ids_18:
        value = cells.get(name)
        if isinstance(value, list):
            cells[name] = [long_id(one) for one in value]
        elif isinstance(value, str):
            cells[name] = long_id(value)
    return Row(row.line, cells, count=row.count)


def _number(text: str, spec: NumberSpec) -> str:
    """The number with a point and nothing between its thousands; what is none stays as it is."""
    plain = text.strip()
    if spec.thousands:
        plain = plain.replace(spec.thousands, "")
    plain = plain.replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    return plain.replace(spec.decimal, ".") if spec.decimal != "." else plain


def long_id(text: str) -> str:
    """A Salesforce id with its three check characters, which say where its letters are capitals."""
    plain = text.strip()
    if len(plain) != _SHORT_ID or not (plain.isascii() and plain.isalnum()):
        return plain
    fives = (plain[start : start + 5] for start in range(0, _SHORT_ID, 5))
    return plain + "".join(
        _CHECK_CHARACTERS[sum(1 << place for place, sign in enumerate(five) if sign.isupper())]
        for five in fives
    )


def _gathered(rows: Iterable[Row], by: list[str]) -> Iterator[Row]:
    """Rows that agree in these columns as one, in the order of their first; broken ones as they come."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    total = 0
    for row in rows:
        if row.cells is None:
            yield row
            continue
        total += 1
        if total > MAX_GATHERED:
            raise ImportFileError(f"more than {MAX_GATHERED:,} rows cannot be gathered; divide the file")
        groups.setdefault(tuple(str(row.cells.get(name, "")) for name in by), []).append(row)
    for key, members in groups.items():
        ordered = sorted((_cells(row) for row in members), key=msgspec.json.encode)
        common: dict[str, Any] = {name: value for name, value in zip(by, key, strict=True) if value}
        yield Row(members[0].line, {**common, ROWS: ordered}, count=len(members))


def _cells(row: Row) -> Mapping[str, Any]:
    assert row.cells is not None  # noqa: S101 - only such rows are gathered
    return row.cells
