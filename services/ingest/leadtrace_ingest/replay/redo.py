"""Marks stored deliveries to be done again, page by page, but for discarded items and those that are erased.

Done again, an item keeps its claim and its events with their numbers; they are published once more, and on
demand put right by further ones.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from leadtrace.runtime.clock import first_uuid7
from leadtrace.store.connection import Connection
from leadtrace_ingest.store import NOTIFY_CHANNEL

FIRST = UUID(int=0)

# The door's ids begin with the millisecond of the receipt, so that the key serves as an index of time.
RANGE = """
row.intake_id >= $1 and row.received_at >= $2 and ($3::timestamptz is null or row.received_at < $3)
and ($4::text is null or row.sender = $4) and row.outcomes is not null
"""
_EFFECT = f"""
select row.sender, said.key, sum(said.value::bigint)::bigint, count(*)::bigint
from ingest.intake row, jsonb_each_text(row.outcomes - 'items') said
where {RANGE} group by row.sender, said.key order by row.sender, said.key
"""
_DELIVERIES = f"select count(*) from ingest.intake row where {RANGE}"
# Only whole deliveries of senders that have an adapter, and none that is already to be done again as a whole.
_LOCK = f"""
select row.intake_id from ingest.intake row
where {RANGE} and row.sender = any($5::text[]) and row.intake_id > $6
  and (row.state = 'done' or row.redo is not null)
  and row.items > coalesce((row.outcomes ->> 'discarded')::int, 0) and row.raw_erased_at is null
order by row.intake_id limit $7 for update
"""
_MARK = f"""
with marked as (
  update ingest.intake row set state = 'pending', remap_at = $2, redo = case
    when row.outcomes ? 'discarded' or row.redacted is not null then array(
      select item from generate_series(0, row.items - 1) item
      where item <> all(coalesce(row.redacted, '{{}}')) and not exists (
        select from jsonb_array_elements(row.outcomes -> 'items') said
        where said ->> 'outcome' = 'discarded' and (said ->> 'item')::int = item
      )
    ) end
  where row.intake_id = any($1::uuid[])
  returning coalesce(cardinality(row.redo), row.items) as items
)
select coalesce(sum(items), 0)::bigint, pg_notify('{NOTIFY_CHANNEL}', '') from marked
"""
_WAITING = """
select count(*) from ingest.intake
where state = 'pending' and sender = any($1::text[]) and outcomes is not null
"""


class Span(msgspec.Struct, frozen=True):
    """Which deliveries are meant: received from `since` on, before `until`, of one sender or of all."""

    since: datetime
    until: datetime | None = None
    sender: str | None = None

    def arguments(self) -> tuple[UUID, datetime, datetime | None, str | None]:
        """As the statements take them."""
        ms = max(0, int(self.since.timestamp() * 1_000) - 1)
        return first_uuid7(ms), self.since, self.until, self.sender


class EffectRow(msgspec.Struct, frozen=True):
    """What the items of a sender came to so far."""

    sender: str
    outcome: str
    items: int
    deliveries: int


class Marked(msgspec.Struct, frozen=True):
    """A page that was marked; `next` is where the following one begins, None at the end."""

    deliveries: int
    items: int
    next: UUID | None


async def effect(connection: Connection, span: Span) -> tuple[int, list[EffectRow]]:
    """How many deliveries would be done again, and what their items came to; nothing is changed."""
    deliveries = int(await connection.fetchval(_DELIVERIES, *span.arguments()))
    return deliveries, [EffectRow(*row) for row in await connection.fetch(_EFFECT, *span.arguments())]


async def mark(
    connection: Connection,
    span: Span,
    senders: Sequence[str],
    after: UUID,
    limit: int,
    *,
    remap_at: datetime | None = None,
) -> Marked:
    """Mark a page of deliveries in one transaction.

    With `remap_at`, events that the mapping would now make otherwise are put right, as known from then on.
    """
    async with connection.transaction():
        found = [
            intake_id
            for (intake_id,) in await connection.fetch(_LOCK, *span.arguments(), list(senders), after, limit)
        ]
        items = await connection.fetchval(_MARK, found, remap_at) if found else 0
    return Marked(len(found), int(items), found[-1] if len(found) == limit else None)


async def waiting(connection: Connection, senders: Sequence[str]) -> int:
    """How many deliveries of these senders are to be done again and no relay has come to yet."""
    return int(await connection.fetchval(_WAITING, list(senders)))
