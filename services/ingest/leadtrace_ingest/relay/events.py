"""Storing canonical events, and reading them back as the records that go to the topics."""

from collections.abc import Sequence

from leadtrace.bus.protocol import Outgoing
from leadtrace.events.codec import HEADERS
from leadtrace.store.connection import Connection
from leadtrace_ingest.relay.canonical import Canonical, EventRow
from leadtrace_ingest.relay.work import Place, Work
from leadtrace_ingest.store import SCHEMA

_TABLE = "events"
_OF_DELIVERIES = """
select intake_id, item, event_no from ingest.events where intake_id = any($1::uuid[])
"""
_RECORDS = """
select topic, entity_id, body from ingest.events where event_no = any($1::bigint[]) order by event_no
"""


async def store(connection: Connection, events: Sequence[Canonical]) -> None:
    """Store the events of items that have none yet: COPY costs half of what an insert does."""
    await connection.copy_records_to_table(
        _TABLE, schema_name=SCHEMA, columns=EventRow._fields, records=[event.row for event in events]
    )


async def keep_events(connection: Connection, works: Sequence[Work]) -> list[int]:
    """Mark the items done again that have events, and give the numbers of these, to be published once more.

    Such an item gets no others: events are never edited, and a mapping that divides the item otherwise could
    give one identity to two of them.
    """
    again = {work.row.intake_id for work in works if work.row.outcomes is not None}
    if not again:
        return []
    numbers: dict[Place, list[int]] = {}
    for intake_id, item, number in await connection.fetch(_OF_DELIVERIES, list(again)):
        numbers.setdefault(Place(intake_id, item), []).append(number)
    for work in works:
        work.kept = work.place in numbers
    return [number for work in works if work.kept for number in numbers[work.place]]


async def read_records(connection: Connection, numbers: Sequence[int]) -> list[Outgoing]:
    """The records of stored events, as they were or will be published."""
    return [
        Outgoing(topic, str(entity).encode(), body, HEADERS)
        for topic, entity, body in await connection.fetch(_RECORDS, list(numbers))
    ]
