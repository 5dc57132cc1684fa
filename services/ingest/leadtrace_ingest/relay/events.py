"""Storing canonical events, and reading them back as the records that go to the topics."""

from collections.abc import Sequence

from leadtrace.bus.protocol import Outgoing
from leadtrace.events.codec import HEADERS
from leadtrace.store.connection import Connection
from leadtrace_ingest.relay.canonical import Canonical, EventRow
from leadtrace_ingest.store import SCHEMA

_TABLE = "events"
_INSERT = f"""
insert into {SCHEMA}.{_TABLE} ({", ".join(EventRow._fields)})
select * from unnest($1::bigint[], $2::uuid[], $3::int[], $4::smallint[], $5::text[], $6::text[], $7::text[],
                     $8::text[], $9::uuid[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::text[],
                     $14::bytea[]) given ({", ".join(EventRow._fields)})
where not exists (
  select from {SCHEMA}.{_TABLE} had where had.intake_id = given.intake_id and had.item = given.item
)
on conflict (intake_id, item, part) do nothing
"""
_NUMBERS_OF_ITEMS = """
select event_no from ingest.events
where (intake_id, item) in (select * from unnest($1::uuid[], $2::int[]))
"""
_RECORDS = """
select topic, entity_id, body from ingest.events where event_no = any($1::bigint[]) order by event_no
"""


async def store_new(connection: Connection, events: Sequence[Canonical]) -> None:
    """Store the events of items that were never worked through: COPY costs half of what an insert does."""
    await connection.copy_records_to_table(
        _TABLE, schema_name=SCHEMA, columns=EventRow._fields, records=[event.row for event in events]
    )


async def store_again(connection: Connection, events: Sequence[Canonical]) -> list[int]:
    """Store the events of items some of which are done again; the numbers of those to publish are returned.

    An item that is done again keeps the events that it had, under their numbers, and gets no others: a
    mapping that divides it otherwise could give one identity to two of them.
    """
    rows = [event.row for event in events]
    await connection.execute(_INSERT, *(list(column) for column in zip(*rows, strict=True)))
    found = await connection.fetch(
        _NUMBERS_OF_ITEMS, [row.intake_id for row in rows], [row.item for row in rows]
    )
    return [number for (number,) in found]


async def read_records(connection: Connection, numbers: Sequence[int]) -> list[Outgoing]:
    """The records of stored events, as they were or will be published."""
    return [
        Outgoing(topic, str(entity).encode(), body, HEADERS)
        for topic, entity, body in await connection.fetch(_RECORDS, list(numbers))
    ]
