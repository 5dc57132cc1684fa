"""Statements on `api.deals`: lock and write new outcomes."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from leadtrace.events.snapshots import DealOutcome, DealStatus
from leadtrace.store.connection import Connection
from leadtrace_api.projector.arrivals import Newest, SnapshotKey
from leadtrace_api.projector.contribution import DayOf
from leadtrace_api.store.columns import Column, array_text, moment, update_statement

_CREATE = (
    "insert into api.deals (deal_id, definition_version) "
    "select * from unnest($1::uuid[], $2::int[]) on conflict do nothing"
)
_LOCK = (
    "select deal_id, definition_version, outcome_revision from api.deals "
    "where deal_id = any($1::uuid[]) order by deal_id, definition_version for update"
)
_COLUMNS = (
    Column("outcome_revision", "bigint"),
    Column("redirect_to", "uuid"),
    Column("status", "text"),
    Column("amount", "bigint"),
    Column("currency", "text"),
    Column("shared", "bigint"),
    Column("leads", "int"),
    Column("created_at", "timestamptz"),
    Column("closed_at", "timestamptz"),
    Column("closed_day", "date"),
    Column("flags", "text", "text[]"),
    Column("outcome_body", "bytea"),
)
_SAVE = update_statement("api.deals", "deal_id", _COLUMNS)


async def lock(connection: Connection, keys: Iterable[SnapshotKey]) -> dict[SnapshotKey, int]:
    """Make the missing rows and lock all, in id order; the revisions that they hold, 0 for none."""
    ordered = sorted(set(keys))
    if not ordered:
        return {}
    ids = [deal for deal, _ in ordered]
    await connection.execute(_CREATE, ids, [version for _, version in ordered])
    return {(row[0], row[1]): row[2] for row in await connection.fetch(_LOCK, ids)}


async def save(connection: Connection, changed: Sequence[tuple[Newest, DealOutcome]], day_of: DayOf) -> None:
    """Write new outcomes to locked rows in one statement."""
    if changed:
        rows = [(*new.key, *_row(new, outcome, day_of)) for new, outcome in changed]
        await connection.execute(_SAVE, *map(list, zip(*rows, strict=True)))


def _closed_day(outcome: DealOutcome, day_of: DayOf) -> date | None:
    if outcome.closed_at is not None:
        return day_of(outcome.closed_at)
    # A deal may be won without anyone saying when: it counts on the last day that it was heard of.
    return day_of(outcome.latest_at) if outcome.status is DealStatus.WON else None


def _row(new: Newest, outcome: DealOutcome, day_of: DayOf) -> tuple[object, ...]:
    return (
        new.revision,
        UUID(outcome.redirect_to) if outcome.redirect_to else None,
        outcome.status.value,
        outcome.amount,
        outcome.currency,
        sum(lead.share for lead in outcome.leads),
        len(outcome.leads),
        moment(outcome.created_at),
        moment(outcome.closed_at),
        _closed_day(outcome, day_of),
        array_text(outcome.flags),
        new.raw,
    )
