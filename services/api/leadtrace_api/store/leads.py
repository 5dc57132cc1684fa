"""Statements on `api.leads`: lock, read the old outcomes, write new outcomes and scores."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from leadtrace.events.lead import LADDER
from leadtrace.events.snapshots import LeadOutcome, LeadScore
from leadtrace.store.connection import Connection
from leadtrace_api.projector.arrivals import Newest, SnapshotKey
from leadtrace_api.projector.contribution import (
    DayOf,
    current_since,
    current_stage,
    reached_at,
    won_shares,
)
from leadtrace_api.projector.dimensions import DIMENSIONS, keys_of
from leadtrace_api.store.columns import Column, array_text, date_array_text, moment, update_statement

_CREATE = (
    "insert into api.leads (lead_id, definition_version) "
    "select * from unnest($1::uuid[], $2::int[]) on conflict do nothing"
)
_LOCK = (
    "select lead_id, definition_version, outcome_revision, score_revision from api.leads "
    "where lead_id = any($1::uuid[]) order by lead_id, definition_version for update"
)
_BODIES = (
    "select lead_id, definition_version, outcome_body from api.leads "
    "where lead_id = any($1::uuid[]) and outcome_body is not null"
)

_OUTCOME_COLUMNS = (
    Column("outcome_revision", "bigint"),
    Column("redirect_to", "uuid"),
    Column("status", "text"),
    Column("captured_at", "timestamptz"),
    Column("cohort_day", "date"),
    *(Column(name, "text") for name in DIMENSIONS),
    Column("stage", "text"),
    Column("stage_day", "date"),
    Column("reached_days", "text", "date[]"),
    Column("won_at", "timestamptz"),
    Column("lost_at", "timestamptz"),
    Column("revenue", "text", "jsonb"),
    Column("flags", "text", "text[]"),
    Column("outcome_body", "bytea"),
)
_SCORE_COLUMNS = (
    Column("score_revision", "bigint"),
    Column("fit", "int"),
    Column("intent", "int"),
    Column("band", "text"),
    Column("score_body", "bytea"),
)
_SAVE_OUTCOMES = update_statement("api.leads", "lead_id", _OUTCOME_COLUMNS)
_SAVE_SCORES = update_statement("api.leads", "lead_id", _SCORE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Held:
    """The revisions that a lead's row holds; 0 stands for none."""

    outcome_revision: int = 0
    score_revision: int = 0


async def lock(connection: Connection, keys: Iterable[SnapshotKey]) -> dict[SnapshotKey, Held]:
    """Make the missing rows and lock all, in id order."""
    ordered = sorted(set(keys))
    if not ordered:
        return {}
    ids = [lead for lead, _ in ordered]
    await connection.execute(_CREATE, ids, [version for _, version in ordered])
    return {(row[0], row[1]): Held(row[2], row[3]) for row in await connection.fetch(_LOCK, ids)}


async def outcomes(
    connection: Connection, ids: Sequence[UUID], decode: Callable[[bytes], LeadOutcome]
) -> dict[SnapshotKey, LeadOutcome]:
    """The outcomes that locked rows hold; those without any are left out."""
    rows = await connection.fetch(_BODIES, ids) if ids else []
    return {(row[0], row[1]): decode(row[2]) for row in rows}


async def save_outcomes(
    connection: Connection, changed: Sequence[tuple[Newest, LeadOutcome]], day_of: DayOf
) -> None:
    """Write new outcomes to locked rows in one statement."""
    if changed:
        rows = [(*new.key, *_outcome_row(new, outcome, day_of)) for new, outcome in changed]
        await connection.execute(_SAVE_OUTCOMES, *map(list, zip(*rows, strict=True)))


async def save_scores(connection: Connection, changed: Sequence[tuple[Newest, LeadScore]]) -> None:
    """Write new scores to locked rows in one statement."""
    if changed:
        rows = [
            (*new.key, new.revision, score.fit, score.intent, score.band, new.raw) for new, score in changed
        ]
        await connection.execute(_SAVE_SCORES, *map(list, zip(*rows, strict=True)))


def _outcome_row(new: Newest, outcome: LeadOutcome, day_of: DayOf) -> tuple[object, ...]:
    stage = current_stage(outcome)
    captured = outcome.captured_at
    return (
        new.revision,
        UUID(outcome.redirect_to) if outcome.redirect_to else None,
        outcome.status.value,
        moment(captured),
        day_of(captured) if captured is not None else None,
        *keys_of(outcome),
        stage.value if stage is not None else None,
        day_of(current_since(outcome)) if stage is not None else None,
        _reached_days(outcome, day_of),
        moment(outcome.won_at),
        moment(outcome.lost_at),
        _revenue(outcome),
        array_text(outcome.flags),
        new.raw,
    )


def _reached_days(outcome: LeadOutcome, day_of: DayOf) -> str:
    reached = reached_at(outcome)
    return date_array_text([day_of(reached[rung]) if rung in reached else None for rung in LADDER])


def _revenue(outcome: LeadOutcome) -> str | None:
    totals: dict[str, int] = {}
    for currency, deal in won_shares(outcome):
        totals[currency] = totals.get(currency, 0) + deal.share
    return msgspec.json.encode(totals).decode() if totals else None
