"""Statements on `api.leads`: lock, read the old outcomes, write new outcomes and scores."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from leadtrace.domain.calendar import DayOf
from leadtrace.events.lead import LADDER
from leadtrace.events.snapshots import LeadOutcome, LeadScore
from leadtrace.store.connection import Connection
from leadtrace_api.projector.arrivals import Newest, SnapshotKey
from leadtrace_api.projector.contribution import current_since, current_stage, reached_at, revenue_of
from leadtrace_api.projector.dimensions import DIMENSIONS, keys_of
from leadtrace_api.store.columns import (
    BYTES,
    DATE,
    DATES,
    INT,
    JSON,
    LARGEST_AMOUNT,
    MOMENT,
    TEXT,
    TEXTS,
    UUID,
    Column,
    Row,
    arguments,
    checked,
    dates,
    texts,
    update_statement,
)
from leadtrace_api.store.facts import FACTS, facts_of
from leadtrace_api.store.work import WORK_OF_OUTCOMES, WORK_OF_SCORES, work_of_outcome, work_of_score

_CREATE = (
    "insert into api.leads (lead_id, definition_version) "
    "select * from unnest($1::uuid[], $2::int[]) on conflict do nothing"
)
_LOCK = (
    "select lead_id, definition_version, outcome_revision, score_revision, band from api.leads "
    "where lead_id = any($1::uuid[]) order by lead_id, definition_version for update"
)
_BODIES = (
    "select lead_id, definition_version, outcome_body from api.leads "
    "where lead_id = any($1::uuid[]) and outcome_body is not null"
)

_ID = (Column("lead_id", UUID), Column("definition_version", INT))
_OUTCOME_COLUMNS = (
    Column("outcome_revision", INT),
    Column("redirect_to", UUID),
    Column("status", TEXT),
    Column("captured_at", MOMENT),
    Column("cohort_day", DATE),
    *(Column(name, TEXT) for name in DIMENSIONS),
    Column("stage", TEXT),
    Column("stage_day", DATE),
    Column("reached_days", DATES),
    Column("won_at", MOMENT),
    Column("lost_at", MOMENT),
    Column("revenue", JSON),
    Column("flags", TEXTS),
    Column("outcome_body", BYTES),
    Column("custody", TEXT),
    Column("custody_since", MOMENT),
    *WORK_OF_OUTCOMES,
    *FACTS,
)
_SCORE_COLUMNS = (
    Column("score_revision", INT),
    Column("fit", INT),
    Column("intent", INT),
    Column("band", TEXT),
    Column("score_body", BYTES),
    *WORK_OF_SCORES,
)
_SAVE_OUTCOMES = update_statement("api.leads", _ID, _OUTCOME_COLUMNS)
_SAVE_SCORES = update_statement("api.leads", _ID, _SCORE_COLUMNS)

_OUTCOME = msgspec.json.Decoder(LeadOutcome)


@dataclass(frozen=True, slots=True)
class Held:
    """The revisions that a lead's row holds, 0 standing for none, and its band."""

    outcome_revision: int = 0
    score_revision: int = 0
    band: str | None = None


async def lock(connection: Connection, keys: Iterable[SnapshotKey]) -> dict[SnapshotKey, Held]:
    """Make the missing rows and lock all, in id order."""
    ordered = sorted(set(keys))
    if not ordered:
        return {}
    ids = [lead for lead, _ in ordered]
    await connection.execute(_CREATE, ids, [version for _, version in ordered])
    return {(row[0], row[1]): Held(row[2], row[3], row[4]) for row in await connection.fetch(_LOCK, ids)}


async def outcomes(connection: Connection, ids: Sequence[uuid.UUID]) -> dict[SnapshotKey, LeadOutcome]:
    """The outcomes that locked rows hold; those without any are left out."""
    rows = await connection.fetch(_BODIES, ids) if ids else []
    return {(row[0], row[1]): _OUTCOME.decode(row[2]) for row in rows}


async def save_outcomes(connection: Connection, rows: Sequence[Row]) -> None:
    """Write the rows of `outcome_row` to locked rows in one statement."""
    if rows:
        await connection.execute(_SAVE_OUTCOMES, *arguments([*_ID, *_OUTCOME_COLUMNS], rows))


async def save_scores(connection: Connection, rows: Sequence[Row]) -> None:
    """Write the rows of `score_row` to locked rows in one statement."""
    if rows:
        await connection.execute(_SAVE_SCORES, *arguments([*_ID, *_SCORE_COLUMNS], rows))


def score_row(new: Newest, score: LeadScore) -> Row:
    """What a score means for its lead's row.

    Raises:
        OverflowError: a number is beyond what the database or a calendar holds.
    """
    return checked(
        (*new.key, new.revision, score.fit, score.intent, score.band, new.raw, *work_of_score(score))
    )


def outcome_row(new: Newest, outcome: LeadOutcome, day_of: DayOf) -> Row:
    """What an outcome means for its lead's row.

    Raises:
        OverflowError: a number is beyond what the database or a calendar holds.
        ValueError: an id is none.
    """
    stage = current_stage(outcome)
    captured = outcome.captured_at
    reached = reached_at(outcome)
    return checked(
        (
            *new.key,
            new.revision,
            uuid.UUID(outcome.redirect_to) if outcome.redirect_to else None,
            outcome.status,
            captured,
            day_of(captured) if captured is not None else None,
            *keys_of(outcome),
            stage,
            day_of(current_since(outcome)) if stage is not None else None,
            dates([day_of(reached[rung]) if rung in reached else None for rung in LADDER]),
            outcome.won_at,
            outcome.lost_at,
            _revenue(outcome),
            texts(outcome.flags),
            new.raw,
            outcome.holdings[-1].account if outcome.holdings else None,
            outcome.holdings[-1].at if outcome.holdings else None,
            *work_of_outcome(outcome),
            *facts_of(outcome, day_of),
        )
    )


def _revenue(outcome: LeadOutcome) -> str | None:
    totals = revenue_of(outcome)
    for currency, total in totals.items():
        if abs(total) > LARGEST_AMOUNT:
            raise OverflowError(f"the lead's deals are worth more {currency} than any currency's money")
    return msgspec.json.encode(totals).decode() if totals else None
