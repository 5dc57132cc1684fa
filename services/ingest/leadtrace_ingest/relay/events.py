"""Storing canonical events, and reading them back as the records that go to the topics."""

from collections.abc import Sequence

from leadtrace.bus.protocol import Outgoing
from leadtrace.events.codec import HEADERS
from leadtrace.store.connection import Connection
from leadtrace_ingest.relay.canonical import Canonical

_INSERT = """
insert into ingest.events (event_no, intake_id, item, part, topic, source, id, type, entity_id, subject,
                           occurred_at, recorded_at, mapping, body)
select * from unnest($1::bigint[], $2::uuid[], $3::int[], $4::smallint[], $5::text[], $6::text[], $7::text[],
                     $8::text[], $9::uuid[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::text[],
                     $14::bytea[])
on conflict (intake_id, item, part) do nothing
"""
_NUMBERS_OF_ITEMS = """
select event_no from ingest.events
where (intake_id, item) in (select * from unnest($1::uuid[], $2::int[]))
"""
_RECORDS = """
select topic, entity_id, body from ingest.events where event_no = any($1::bigint[]) order by event_no
"""


async def store_events(connection: Connection, events: Sequence[Canonical]) -> list[int]:
    """Store the events; the numbers of those to publish are returned.

    An item that is done again keeps the events that it had: these are published again, under their numbers.
    """
    unbound = [event.unbound for event in events]
    status = await connection.execute(
        _INSERT,
        [event.event_no for event in events],
        [one.work.row.intake_id for one in unbound],
        [one.work.item for one in unbound],
        [one.part for one in unbound],
        [one.draft.type.topic.value for one in unbound],
        [one.source for one in unbound],
        [event.id for event in events],
        [one.draft.type.type for one in unbound],
        [event.binding.entity_id for event in events],
        [one.subject.name for one in unbound],
        [event.occurred_at for event in events],
        [one.work.row.received_at for one in unbound],
        [one.work.sender.adapter.mapping_label for one in unbound],
        [event.body for event in events],
    )
    if status == f"INSERT 0 {len(events)}":
        return [event.event_no for event in events]
    found = await connection.fetch(
        _NUMBERS_OF_ITEMS, [one.work.row.intake_id for one in unbound], [one.work.item for one in unbound]
    )
    return [number for (number,) in found]


async def read_records(connection: Connection, numbers: Sequence[int]) -> list[Outgoing]:
    """The records of stored events, as they were or will be published."""
    return [
        Outgoing(topic, str(entity).encode(), body, HEADERS)
        for topic, entity, body in await connection.fetch(_RECORDS, list(numbers))
    ]


def records_of(events: Sequence[Canonical]) -> list[Outgoing]:
    """The same for events that were just stored."""
    return [
        Outgoing(event.unbound.draft.type.topic.value, event.binding.entity.encode(), event.body, HEADERS)
        for event in events
    ]
