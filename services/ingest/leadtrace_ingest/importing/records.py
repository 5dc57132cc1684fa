"""CSV records from physical lines, as RFC 4180 has them, and no quotation mark swallows what follows it.

A record whose quotation is never closed, is closed in the wrong place, or holds a line that is a whole record
by itself is refused as its first line, and reading goes on with the next line.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from leadtrace_ingest.importing.lines import Line

QUOTE = '"'
# A quoted value may hold line ends; one beyond these bounds was never meant.
MAX_RECORD_LINES = 1_000
MAX_RECORD_CHARACTERS = 262_144
# With fewer columns any line of a text could be taken for a record.
_TELLING_COLUMNS = 3


class Record(NamedTuple):
    """The values of a record that begins at a line, or why it is none."""

    line: int
    values: list[str] | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """How records look: the sign between values, and how many there are; 0 where nobody knows yet."""

    delimiter: str
    columns: int = 0


def read_records(lines: Iterator[Line], shape: Shape) -> Iterator[Record]:
    """Every record of the lines; empty lines are none."""
    ahead = _Ahead(lines)
    while (line := ahead.take()) is not None:
        if line.text is None:
            yield Record(line.number, None, line.problem)
        elif line.text.strip():
            yield _record(line, ahead, shape)


def split_line(text: str, delimiter: str) -> list[str] | None:
    """The values of a line that is a record by itself; None if it is none."""
    if QUOTE not in text:
        return text.split(delimiter)
    parser = _Parser(delimiter)
    return parser.values if parser.feed(text) == _DONE else None


def _record(line: Line, ahead: "_Ahead", shape: Shape) -> Record:
    text = line.text or ""
    if QUOTE not in text:
        return _counted(line.number, text.split(shape.delimiter), shape)
    parser = _Parser(shape.delimiter)
    state, used, size = parser.feed(text), 0, len(text)
    while state == _OPEN:
        following = ahead.look(used)
        if following is None or following.text is None or used == MAX_RECORD_LINES:
            return Record(line.number, None, "a quotation mark opens a value and nothing closes it")
        size += len(following.text)
        if size > MAX_RECORD_CHARACTERS:
            return Record(line.number, None, "a quotation mark opens a value and nothing closes it")
        if _is_record(following.text, shape):
            problem = f"a quotation mark opens a value, but line {following.number} is a row by itself"
            return Record(line.number, None, problem)
        used += 1
        state = parser.feed(following.text)
    if state == _BROKEN:
        return Record(line.number, None, "text follows the quotation mark that closes a value")
    record = _counted(line.number, parser.values, shape)
    if record.values is not None:
        ahead.drop(used)
    return record


def _is_record(text: str, shape: Shape) -> bool:
    if shape.columns < _TELLING_COLUMNS or text.count(shape.delimiter) + 1 < shape.columns:
        return False
    values = split_line(text, shape.delimiter)
    return values is not None and len(values) == shape.columns


def _counted(line: int, values: list[str], shape: Shape) -> Record:
    if shape.columns and len(values) != shape.columns:
        return Record(line, None, f"it has {len(values)} values where the header has {shape.columns} columns")
    return Record(line, values)


class _Ahead:
    """Lines, with a look at those that come."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._waiting: deque[Line] = deque()

    def take(self) -> Line | None:
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def look(self, place: int) -> Line | None:
        while len(self._waiting) <= place:
            line = next(self._lines, None)
            if line is None:
                return None
            self._waiting.append(line)
        return self._waiting[place]

    def drop(self, count: int) -> None:
        for _ in range(count):
            self._waiting.popleft()


_DONE, _OPEN, _BROKEN = range(3)


class _Parser:
    """One record, fed line by line."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._quoted: list[str] | None = None
        self.values: list[str] = []

    def feed(self, text: str) -> int:
        """Whether the record is done, goes on in the next line, or is broken."""
        place = 0
        while True:
            if self._quoted is None:
                if text.startswith(QUOTE, place):
                    self._quoted, place = [], place + 1
                    continue
                end = text.find(self._delimiter, place)
                self.values.append(text[place:] if end < 0 else text[place:end])
            else:
                end = self._close(text, place)
                if end < 0:
                    return _OPEN
                self.values.append("".join(self._quoted))
                self._quoted = None
                if end == len(text):
                    return _DONE
                if not text.startswith(self._delimiter, end):
                    return _BROKEN
            if end < 0:
                return _DONE
            place = end + 1

    def _close(self, text: str, place: int) -> int:
        """Where the text goes on behind a quoted value; -1 if the value goes on in the next line."""
        assert self._quoted is not None  # noqa: S101 - only called within a quoted value
        while True:
            end = text.find(QUOTE, place)
            if end < 0:
                self._quoted.append(text[place:] + "\n")
                return -1
            if not text.startswith(QUOTE, end + 1):
                self._quoted.append(text[place:end])
                return end + 1
            self._quoted.append(text[place : end + 1])
            place = end + 2
