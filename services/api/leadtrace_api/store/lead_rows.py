"""Tables of several rows a lead: a lead's rows are replaced whenever they are others."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadtrace.events.times import from_micros
from leadtrace.store.connection import Connection
from leadtrace_api.projector.arrivals import SnapshotKey
from leadtrace_api.store.columns import Column, Row, arguments, rows_of


@dataclass(frozen=True, slots=True)
class LeadRows:
    """What a lead's rows are to be from now on."""

    key: SnapshotKey
    rows: Sequence[Row]


class LeadTable:
    """Statements on a table whose columns begin with `lead_id` and `definition_version`."""

    def __init__(self, name: str, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._delete = (
            f"delete from {name} t using unnest($1::uuid[], $2::int[]) as u (lead_id, definition_version) "
            "where t.lead_id = u.lead_id and t.definition_version = u.definition_version"
        )
        self._insert = (
            f"insert into {name} ({', '.join(column.name for column in columns)}) "
            f"select {', '.join(column.value() for column in columns)} from {rows_of(columns)}"
        )

    async def replace(self, connection: Connection, changed: Sequence[LeadRows]) -> None:
        """Put the rows of locked leads in the place of those that they have."""
        if not changed:
            return
        keys = [one.key for one in changed]
        await connection.execute(self._delete, [lead for lead, _ in keys], [version for _, version in keys])
        if rows := [row for one in changed for row in one.rows]:
            await connection.execute(self._insert, *arguments(self._columns, rows))


def check_moments(*moments: int | None) -> None:
    """Have every moment (µs) be one of the calendar's.

    Raises:
        OverflowError: one is beyond what a calendar holds.
    """
    for moment in moments:
        if moment is not None:
            from_micros(moment)
