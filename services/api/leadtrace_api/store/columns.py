"""Columns of set-based statements, most of them sent as one array literal each.

The driver looks at every element of an array for nested ones; a literal costs a third of that, and the
server reads it as fast. Ids and bodies travel as arrays, because their text would be longer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeAlias

# Minor units: ten trillion of a currency with cents. Sums of more would not fit a column.
LARGEST_AMOUNT = 10**15
_INT64 = range(-(1 << 63), 1 << 63)
_TEXTS_KEPT = 16_384
_MICROSECONDS = "timestamptz 'epoch' + u.{name} * interval '1 microsecond'"

Row: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of a column travel: the type of the array, how each is written, how the row is read."""

    array: str
    write: Callable[[object], str] | None
    read: str = "u.{name}"


def _date_text(value: object) -> str:
    assert isinstance(value, date)  # noqa: S101 - the caller's rows are typed
    return value.isoformat()


def _quoted(value: object) -> str:
    text = str(value).replace("\x00", "\ufffd").replace("\\", r"\\").replace('"', r"\"")
    return f'"{text}"'


# Names come again and again; what is written only once must not push them out.
_known = lru_cache(_TEXTS_KEPT)(_quoted)

INT = Kind("bigint", str)
BOOL = Kind("bool", lambda value: "t" if value else "f")
# The shortest text of a double is read as the same double.
FLOAT = Kind("float8", repr)
MOMENT = Kind("bigint", str, _MICROSECONDS)
DATE = Kind("date", _date_text)
TEXT = Kind("text", _known)
JSON = Kind("text", _quoted, "u.{name}::jsonb")
# Arrays in arrays would be flattened: they travel as text.
DATES = Kind("text", _quoted, "u.{name}::date[]")
TEXTS = Kind("text", _quoted, "u.{name}::text[]")
UUID = Kind("uuid", None)
BYTES = Kind("bytea", None)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    kind: Kind

    def parameter(self, number: int) -> str:
        """The array as the statement takes it."""
        text = "::text" if self.kind.write is not None else ""
        return f"${number}{text}::{self.kind.array}[]"

    def value(self) -> str:
        """The value out of the row `u`."""
        return self.kind.read.format(name=self.name)


def rows_of(columns: Sequence[Column]) -> str:
    """A `from` item `u` of many rows, one parameter a column."""
    arrays = ", ".join(column.parameter(number) for number, column in enumerate(columns, start=1))
    return f"unnest({arrays}) as u ({', '.join(column.name for column in columns)})"


def update_statement(table: str, identity: Sequence[Column], columns: Sequence[Column]) -> str:
    """An update of many rows at once: the identity's arrays first, then one a column."""
    assignments = ", ".join(f"{column.name} = {column.value()}" for column in columns)
    same = " and ".join(f"t.{column.name} = u.{column.name}" for column in identity)
    return f"update {table} t set {assignments} from {rows_of([*identity, *columns])} where {same}"


def arguments(columns: Sequence[Column], rows: Sequence[Row]) -> list[object]:
    """The parameters for `rows`."""
    return [
        list(values) if column.kind.write is None else array_literal(values, column.kind.write)
        for column, values in zip(columns, zip(*rows, strict=True), strict=True)
    ]


def array_literal(values: Iterable[object], write: Callable[[object], str]) -> str:
    """A PostgreSQL array literal; None is null."""
    return "{" + ",".join(["NULL" if value is None else write(value) for value in values]) + "}"


def texts(values: Sequence[str]) -> str:
    """A `text[]` as the text that it travels as."""
    return array_literal(values, _quoted)


def dates(values: Sequence[date | None]) -> str:
    """A `date[]` as the text that it travels as."""
    return array_literal(values, _date_text)


def checked(row: Row) -> Row:
    """The row, if every number in it fits a column.

    Raises:
        OverflowError: one is beyond 64 bits.
    """
    for value in row:
        if isinstance(value, int) and value not in _INT64:
            raise OverflowError(f"{value} is beyond 64 bits")
    return row
