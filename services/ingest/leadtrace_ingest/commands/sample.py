"""The items of a sample file: a body as a CRM posts it, one body a line, or the rows of a CSV file."""

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec

from leadtrace_ingest.senders.generic.body import split
from leadtrace_ingest.senders.generic.mapping import GenericMapping
from leadtrace_ingest.senders.item import Item

_LINES = {".jsonl", ".ndjson"}
_ENCODE = msgspec.json.Encoder().encode


class SampleError(Exception):
    """The sample cannot be read; the message says why."""


def sample_items(path: Path, mapping: GenericMapping) -> Iterator[tuple[str, Item]]:
    """Every item with the words that say where in the file it stands.

    Raises:
        SampleError: the file is no CSV, or no text.
    """
    match path.suffix.lower():
        case ".csv":
            yield from _rows(path)
        case suffix if suffix in _LINES:
            for number, line in enumerate(path.read_bytes().splitlines(), 1):
                if line.strip():
                    yield from _items(f"line {number}", line, mapping)
        case _:
            yield from _items("", path.read_bytes(), mapping)


def _items(where: str, body: bytes, mapping: GenericMapping) -> Iterator[tuple[str, Item]]:
    for number, item in enumerate(split(body, "", mapping), 1):
        yield f"{where}, item {number}".removeprefix(", "), item


def _rows(path: Path) -> Iterator[tuple[str, Item]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            for row in reader:
                if None in row or None in row.values():
                    raise SampleError(f"{path}: line {reader.line_num} has not as many fields as the first")
                yield f"line {reader.line_num}", Item(_ENCODE(row), {})
        except (csv.Error, UnicodeDecodeError) as error:
            raise SampleError(f"{path}: line {reader.line_num}: {error}") from None
