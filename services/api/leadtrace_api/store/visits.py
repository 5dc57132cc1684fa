"""Statements on `api.visits`: the rows of a lead are replaced whenever they are others."""

from collections.abc import Sequence

from leadtrace_api.projector.arrivals import SnapshotKey
from leadtrace_api.projector.office import Office
from leadtrace_api.projector.visits import Visit
from leadtrace_api.store.columns import (
    INT,
    MOMENT,
    TEXT,
    TEXTS,
    UUID,
    Column,
    Row,
    checked,
    texts,
)
from leadtrace_api.store.lead_rows import LeadRows, LeadTable, check_moments

_COLUMNS = (
    Column("lead_id", UUID),
    Column("definition_version", INT),
    Column("place", INT),
    Column("stage", TEXT),
    Column("kind", TEXT),
    Column("marks", TEXTS),
    Column("actor", TEXT),
    Column("path", TEXT),
    Column("entered_at", MOMENT),
    Column("left_at", MOMENT),
    Column("gone_at", MOMENT),
    Column("entered_open", INT),
    Column("ended_open", INT),
)
TABLE = LeadTable("api.visits", _COLUMNS)


def visited(key: SnapshotKey, made: Sequence[Visit], office: Office) -> LeadRows:
    """The rows of a lead's visits.

    Raises:
        OverflowError: a moment is beyond what a calendar holds.
    """
    return LeadRows(key, [_row(key, place, one, office) for place, one in enumerate(made)])


def _row(key: SnapshotKey, place: int, one: Visit, office: Office) -> Row:
    ended = one.left_at if one.left_at is not None else one.gone_at
    check_moments(one.entered_at, ended)
    return checked(
        (
            *key,
            place,
            one.stage,
            one.kind,
            texts(one.marks),
            one.actor,
            one.path,
            one.entered_at,
            one.left_at,
            one.gone_at,
            office.reading(one.entered_at),
            office.reading(ended) if ended is not None else None,
        )
    )
