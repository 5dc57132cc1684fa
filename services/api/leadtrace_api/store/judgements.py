"""Statements on `api.judgements`: the rows of a lead are replaced whenever they are others."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadtrace.events.times import from_micros
from leadtrace.store.connection import Connection
from leadtrace_api.projector.arrivals import SnapshotKey
from leadtrace_api.projector.judgements import Judgement
from leadtrace_api.store.columns import (
    BOOL,
    INT,
    MOMENT,
    TEXT,
    TEXTS,
    UUID,
    Column,
    Row,
    arguments,
    checked,
    rows_of,
    texts,
)

_COLUMNS = (
    Column("lead_id", UUID),
    Column("definition_version", INT),
    Column("place", INT),
    Column("stage", TEXT),
    Column("at", MOMENT),
    Column("claimed", BOOL),
    Column("verified", BOOL),
    Column("differs", BOOL),
    Column("failed", TEXTS),
    Column("claimed_as", TEXT),
    Column("actor", TEXT),
    Column("sender", TEXT),
    Column("event_id", TEXT),
)
_DELETE = (
    "delete from api.judgements j using unnest($1::uuid[], $2::int[]) as u (lead_id, definition_version) "
    "where j.lead_id = u.lead_id and j.definition_version = u.definition_version"
)
_INSERT = (
    f"insert into api.judgements ({', '.join(column.name for column in _COLUMNS)}) "
    f"select {', '.join(column.value() for column in _COLUMNS)} from {rows_of(_COLUMNS)}"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a lead's rows are to be from now on."""

    key: SnapshotKey
    rows: Sequence[Row]


def judged(key: SnapshotKey, made: Sequence[Judgement]) -> Judged:
    """The rows of a lead's judgements.

    Raises:
        OverflowError: a moment is beyond what a calendar holds.
    """
    return Judged(key, [_row(key, place, one) for place, one in enumerate(made)])


async def replace(connection: Connection, changed: Sequence[Judged]) -> None:
    """Put the rows of locked leads in the place of those that they have."""
    if not changed:
        return
    keys = [one.key for one in changed]
    await connection.execute(_DELETE, [lead for lead, _ in keys], [version for _, version in keys])
    if rows := [row for one in changed for row in one.rows]:
        await connection.execute(_INSERT, *arguments(_COLUMNS, rows))


def _row(key: SnapshotKey, place: int, one: Judgement) -> Row:
    from_micros(one.at)
    return checked(
        (
            *key,
            place,
            one.stage,
            one.at,
            one.claimed,
            one.verified,
            one.differs,
            texts(one.failed),
            one.claimed_as,
            one.actor,
            one.sender,
            one.event_id,
        )
    )
