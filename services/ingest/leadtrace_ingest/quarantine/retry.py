"""Has held items done again by the mapping now in force: exactly those, each delivery in one transaction.

The row of the delivery is locked before the held items are read: a relay at work on it is waited for, and
what it released is not done again.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from leadtrace.store.connection import Connection, Pool
from leadtrace_ingest.quarantine.selection import MATCHES, Selection
from leadtrace_ingest.store import NOTIFY_CHANNEL

_DELIVERIES_AT_ONCE = 1_000
_FIRST = UUID(int=0)

_FIND = f"""
select distinct held.intake_id from ingest.quarantine held
where {MATCHES} and held.sender = any($5) and held.intake_id > $6 order by held.intake_id limit $7
"""
_LOCK = "select from ingest.intake where intake_id = any($1::uuid[]) order by intake_id for update"
# An earlier retry that no relay has come to is joined; null means that everything is to be done again. What
# an erasure dropped can be done again by nobody.
_REDO = f"""
with wanted as (
  select held.intake_id, array_agg(held.item) as items from ingest.quarantine held
  where {MATCHES} and held.intake_id = any($5::uuid[]) group by held.intake_id
)
update ingest.intake row set
  state = 'pending',
  redo = case when row.state = 'pending' and row.redo is null then null else array(
    select distinct item from unnest(coalesce(row.redo, '{{}}') || wanted.items) item order by item
  ) end
from wanted
where row.intake_id = wanted.intake_id and row.outcomes is not null and row.raw_erased_at is null
returning cardinality(wanted.items)
"""
_WAKE = f"select pg_notify('{NOTIFY_CHANNEL}', '')"


class Retried(NamedTuple):
    """How many items of how many deliveries will be done again."""

    deliveries: int
    items: int


async def retry(pool: Pool, selection: Selection, senders: Sequence[str]) -> Retried:
    """Mark the selected items of these senders; others have no adapter that could do them."""
    deliveries, items, after = 0, 0, _FIRST
    while True:
        async with pool.acquire() as connection, connection.transaction():
            found = await _find(connection, selection, senders, after)
            if not found:
                return Retried(deliveries, items)
            await connection.execute(_LOCK, found)
            redone = await connection.fetch(_REDO, *selection.arguments(), found)
            await connection.execute(_WAKE)
        deliveries += len(redone)
        items += sum(count for (count,) in redone)
        after = found[-1]


async def _find(
    connection: Connection, selection: Selection, senders: Sequence[str], after: UUID
) -> list[UUID]:
    rows = await connection.fetch(_FIND, *selection.arguments(), list(senders), after, _DELIVERIES_AT_ONCE)
    return [intake_id for (intake_id,) in rows]
