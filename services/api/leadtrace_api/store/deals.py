"""Statements on `api.deals`: lock and write new outcomes."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from leadtrace.domain.calendar import DayOf
from leadtrace.events.snapshots import DealOutcome, DealStatus
from leadtrace.store.connection import Connection
from leadtrace_api.projector.arrivals import Newest, SnapshotKey
from leadtrace_api.store.columns import (
    BYTES,
    DATE,
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
    texts,
    update_statement,
)

_CREATE = (
    "insert into api.deals (deal_id, definition_version) "
    "select * from unnest($1::uuid[], $2::int[]) on conflict do nothing"
)
_LOCK = (
    "select deal_id, definition_version, outcome_revision from api.deals "
    "where deal_id = any($1::uuid[]) order by deal_id, definition_version for update"
)
_BODIES = (
    "select deal_id, definition_version, outcome_body from api.deals "
    "where deal_id = any($1::uuid[]) and outcome_body is not null"
)
_ID = (Column("deal_id", UUID), Column("definition_version", INT))
_COLUMNS = (
    Column("outcome_revision", INT),
    Column("redirect_to", UUID),
    Column("status", TEXT),
    Column("amount", INT),
    Column("currency", TEXT),
    Column("shared", INT),
    Column("leads", INT),
    Column("created_at", MOMENT),
    Column("closed_at", MOMENT),
    Column("closed_day", DATE),
    Column("flags", TEXTS),
    Column("outcome_body", BYTES),
    Column("net", INT),
    Column("revenue", JSON),
)
_SAVE = update_statement("api.deals", _ID, _COLUMNS)

_OUTCOME = msgspec.json.Decoder(DealOutcome)


async def lock(connection: Connection, keys: Iterable[SnapshotKey]) -> dict[SnapshotKey, int]:
    """Make the missing rows and lock all, in id order; the revisions that they hold, 0 for none."""
    ordered = sorted(set(keys))
    if not ordered:
        return {}
    ids = [deal for deal, _ in ordered]
    await connection.execute(_CREATE, ids, [version for _, version in ordered])
    return {(row[0], row[1]): row[2] for row in await connection.fetch(_LOCK, ids)}


async def outcomes(connection: Connection, ids: Sequence[uuid.UUID]) -> dict[SnapshotKey, DealOutcome]:
    """The outcomes that locked rows hold; those without any are left out."""
    rows = await connection.fetch(_BODIES, ids) if ids else []
    return {(row[0], row[1]): _OUTCOME.decode(row[2]) for row in rows}


async def save(connection: Connection, rows: Sequence[Row]) -> None:
    """Write the rows of `outcome_row` to locked rows in one statement."""
    if rows:
        await connection.execute(_SAVE, *arguments([*_ID, *_COLUMNS], rows))


def outcome_row(new: Newest, outcome: DealOutcome, day_of: DayOf) -> Row:
    """What an outcome means for its deal's row.

    Raises:
        OverflowError: a number is beyond what the database or a calendar holds.
        ValueError: an id is none.
    """
    brought = _brought(outcome)
    if max(map(abs, (outcome.amount or 0, outcome.net or 0, *brought.values()))) > LARGEST_AMOUNT:
        raise OverflowError("the deal is worth more than any currency's money")
    return checked(
        (
            *new.key,
            new.revision,
            uuid.UUID(outcome.redirect_to) if outcome.redirect_to else None,
            outcome.status,
            outcome.amount,
            outcome.currency,
            sum(lead.share for lead in outcome.leads),
            len(outcome.leads),
            outcome.created_at,
            outcome.closed_at,
            _closed_day(outcome, day_of),
            texts(outcome.flags),
            new.raw,
            outcome.net,
            msgspec.json.encode(brought).decode() if brought else None,
        )
    )


def _brought(outcome: DealOutcome) -> dict[str, int]:
    """What a deal brought by the currency that it counts in; nothing if it is all of the amount."""
    totals: dict[str, int] = {}
    for one in outcome.bookings:
        totals[one.counted_in] = totals.get(one.counted_in, 0) + one.counted
    return totals


def _closed_day(outcome: DealOutcome, day_of: DayOf) -> date | None:
    if outcome.closed_at is not None:
        return day_of(outcome.closed_at)
    # A deal may be won without anyone saying when: it counts on the last day that it was heard of.
    return day_of(outcome.latest_at) if outcome.status is DealStatus.WON else None
