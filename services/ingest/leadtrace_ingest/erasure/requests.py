"""Requests to erase a lead: by an operator, or by an event of a sender that is entitled to ask."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from leadtrace.events.catalogue import BY_CODE, Code
from leadtrace.runtime.clock import Ids
from leadtrace.store.connection import Connection
from leadtrace_ingest.relay.canonical import Canonical

_ERASED = BY_CODE[Code.LEAD_ERASED].type
_REQUEST = """
insert into ingest.erasures (erasure_id, lead_id, state, erased_until, requested_by, requested_at)
values ($1, $2, 'requested', $3, $4, $3)
"""
_REQUEST_BY_EVENTS = """
insert into ingest.erasures (erasure_id, lead_id, state, erased_until, requested_by, requested_at,
                             intake_id, item, part)
select erasure_id, lead_id, 'requested', least(erased_until, requested_at), requested_by, requested_at,
       intake_id, item, part
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::uuid[], $7::int[],
            $8::int[])
  given (erasure_id, lead_id, erased_until, requested_by, requested_at, intake_id, item, part)
on conflict do nothing
"""


async def request_erasure(
    connection: Connection, erasure_id: UUID, lead_id: UUID, *, by: str, at: datetime
) -> None:
    """Have a lead erased as of now."""
    await connection.execute(_REQUEST, erasure_id, lead_id, at, by)


async def request_erasures(connection: Connection, events: Sequence[Canonical], ids: Ids) -> int:
    """Have the leads erased of which an event says so, in the transaction that stores it; how many say so.

    It says when: what happened afterwards is another matter, but never after its own receipt.
    """
    rows = [event.row for event in events if event.row.type == _ERASED]
    if rows:
        await connection.execute(
            _REQUEST_BY_EVENTS,
            [ids.uuid7() for _ in rows],
            [row.entity_id for row in rows],
            [row.occurred_at for row in rows],
            [f"sender {row.source}" for row in rows],
            [row.recorded_at for row in rows],
            [row.intake_id for row in rows],
            [row.item for row in rows],
            [row.part for row in rows],
        )
    return len(rows)
