"""Statements on `api.judgements`: the rows of a lead are replaced whenever they are others."""

from collections.abc import Sequence

from leadtrace_api.projector.arrivals import SnapshotKey
from leadtrace_api.projector.judgement import Judgement
from leadtrace_api.store.columns import (
    BOOL,
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
    Column("at", MOMENT),
    Column("claimed", BOOL),
    Column("verified", BOOL),
    Column("differs", BOOL),
    Column("failed", TEXTS),
    Column("claimed_as", TEXT),
    Column("actor", TEXT),
    Column("sender", TEXT),
    Column("event_id", TEXT),
    Column("told", TEXT),
    Column("judged_by", INT),
    Column("until", MOMENT),
)
TABLE = LeadTable("api.judgements", _COLUMNS)


def judged(key: SnapshotKey, made: Sequence[Judgement]) -> LeadRows:
    """The rows of a lead's judgements.

    Raises:
        OverflowError: a moment is beyond what a calendar holds.
    """
    return LeadRows(key, [_row(key, place, one) for place, one in enumerate(made)])


def _row(key: SnapshotKey, place: int, one: Judgement) -> Row:
    check_moments(one.at, one.until)
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
            one.told,
            one.judged_by,
            one.until,
        )
    )
