"""Columns of a set-based update, and the few values that `unnest` takes only as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from leadtrace.events.times import from_micros


@dataclass(frozen=True, slots=True)
class Column:
    """A column, the type in which its values travel and, if it differs, the one that it has."""

    name: str
    travels_as: str
    type: str | None = None

    @property
    def assignment(self) -> str:
        """The `set` item that takes the value from the row `u`."""
        return f"{self.name} = u.{self.name}" + (f"::{self.type}" if self.type else "")


def update_statement(table: str, id_column: str, columns: Sequence[Column]) -> str:
    """An update of many rows at once: ids, definition versions, then one array a column."""
    arrays = ", ".join(f"${n}::{column.travels_as}[]" for n, column in enumerate(columns, start=3))
    return (
        f"update {table} t set {', '.join(column.assignment for column in columns)} "
        f"from unnest($1::uuid[], $2::int[], {arrays}) "
        f"as u ({id_column}, definition_version, {', '.join(column.name for column in columns)}) "
        f"where t.{id_column} = u.{id_column} and t.definition_version = u.definition_version"
    )


def moment(micros: int | None) -> datetime | None:
    """Microseconds since the epoch as an aware moment."""
    return from_micros(micros) if micros is not None else None


def date_array_text(days: Sequence[date | None]) -> str:
    """A literal of `date[]`: `unnest` would flatten arrays in arrays."""
    return "{" + ",".join(day.isoformat() if day else "NULL" for day in days) + "}"


def array_text(texts: Sequence[str]) -> str:
    """A literal of `text[]`."""
    quoted = (text.replace("\\", r"\\").replace('"', r"\"") for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"
