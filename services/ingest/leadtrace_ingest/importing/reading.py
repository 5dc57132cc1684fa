"""The rows of a file, one by one, whichever of the three formats it has: CSV, JSON Lines, Parquet."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import Any

import msgspec

from leadtrace_ingest.importing.lines import (
    SAMPLE_BYTES,
    Line,
    encoding_of,
    open_binary,
    read_lines,
)
from leadtrace_ingest.importing.parquet import read_parquet
from leadtrace_ingest.importing.records import Shape, read_records
from leadtrace_ingest.importing.row import ImportFileError, Row, broken
from leadtrace_ingest.importing.shaping import shaped
from leadtrace_ingest.importing.table import SEARCHED_LINES, delimiter_named, find_header
from leadtrace_ingest.senders.imported.file_spec import FileSpec


class FileFormat(StrEnum):
    """What can be imported."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What the operator says of a file; None leaves it to the mapping, and then to the file itself."""

    format: FileFormat | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is being read: its rows, and how many of its `size` bytes have been read."""

    format: FileFormat
    rows: Iterator[Row]
    size: int
    position: Callable[[], int]
    described: str


_SUFFIXES = {
    ".csv": FileFormat.CSV,
    ".tsv": FileFormat.CSV,
    ".txt": FileFormat.CSV,
    ".jsonl": FileFormat.JSONL,
    ".ndjson": FileFormat.JSONL,
    ".parquet": FileFormat.PARQUET,
}
_OBJECT = msgspec.json.Decoder(dict[str, Any])


@contextmanager
def open_rows(path: Path, spec: FileSpec, options: FileOptions) -> Generator[OpenFile]:
    """Begin to read a file; it is read as its rows are taken.

    Raises:
        ImportFileError: it cannot be imported as a whole.
        OSError: it cannot be read.
    """
    format_ = options.format or _format_of(path)
    size = path.stat().st_size
    if format_ is FileFormat.PARQUET:
        with read_parquet(path, size) as (rows, position):
            yield OpenFile(format_, shaped(rows, spec), size, position, "Parquet")
        return
    with open_binary(path) as (begin, _):
        sample = begin.read(SAMPLE_BYTES)
    encoding = encoding_of(sample, options.encoding or spec.encoding)
    with open_binary(path) as (file, position):
        lines = read_lines(file, encoding, sample)
        if format_ is FileFormat.JSONL:
            rows, described = _json_rows(lines, spec), "JSON Lines"
        else:
            rows, described = _open_csv(lines, spec, options)
        yield OpenFile(format_, rows, size, position, f"{described}, {encoding}")


def _open_csv(lines: Iterator[Line], spec: FileSpec, options: FileOptions) -> tuple[Iterator[Row], str]:
    first = list(islice(lines, SEARCHED_LINES))
    readable = [(line.number, line.text) for line in first if line.text is not None]
    header = find_header(readable, spec, delimiter_named(options.delimiter))

    def rest() -> Iterator[Line]:
        kept = chain((line for line in first if line.number > header.line), lines)
        skipped = tuple(spec.skip_lines)
        yield from (line for line in kept if not skipped or not _begins(line, skipped))

    rows = _csv_rows(rest(), header.columns, header.delimiter)
    sign = "tabs" if header.delimiter == "\t" else f"`{header.delimiter}`"
    described = f"CSV separated by {sign}, {len(header.columns)} columns from line {header.line}"
    return shaped(rows, spec), described


def _begins(line: Line, words: tuple[str, ...]) -> bool:
    return line.text is not None and line.text.lstrip('" ').startswith(words)


def _csv_rows(lines: Iterator[Line], columns: list[str], delimiter: str) -> Iterator[Row]:
    for record in read_records(lines, Shape(delimiter, len(columns))):
        if record.values is None:
            yield broken(record.line, record.problem)
        elif any(record.values):
            yield Row(record.line, dict(zip(columns, record.values, strict=True)))


def _json_rows(lines: Iterator[Line], spec: FileSpec) -> Iterator[Row]:
    if spec != FileSpec(columns=spec.columns, encoding=spec.encoding):
        return shaped(_json_objects(lines), spec)
    return _json_lines(lines)


def _json_lines(lines: Iterator[Line]) -> Iterator[Row]:
    for line in lines:
        if line.text is None:
            yield broken(line.number, line.problem)
        elif line.text.strip():
            yield Row(line.number, raw=line.text.strip().encode())


def _json_objects(lines: Iterator[Line]) -> Iterator[Row]:
    for row in _json_lines(lines):
        if row.raw is None:
            yield row
            continue
        try:
            yield Row(row.line, _OBJECT.decode(row.raw))
        except (msgspec.DecodeError, RecursionError):
            yield broken(row.line, "the line is no JSON object")


def _format_of(path: Path) -> FileFormat:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    found = _SUFFIXES.get(suffixes[-1]) if suffixes else None
    if found is None:
        known = ", ".join(FileFormat)
        raise ImportFileError(f"{path.name}: what its name ends with says no format; give --format {known}")
    return found
