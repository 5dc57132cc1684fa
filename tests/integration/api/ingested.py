"""Rows as ingest keeps them, written by the tests of what the api reads through ingest's views."""

from datetime import datetime
from uuid import UUID

from leadtrace.events.codec import encode
from leadtrace.events.envelope import Event
from leadtrace.store.connection import Connection
from leadtrace.testing.builders import outgoing

INTAKE = UUID("0198e6d4-7c00-7000-8000-000000000001")


async def store_event(connection: Connection, made: Event) -> None:
    """One event as the relay stores it."""
    await connection.execute(
        "insert into ingest.events (event_no, intake_id, item, part, topic, source, id, type, entity_id, "
        "subject, occurred_at, recorded_at, mapping, body) "
        "values ($1, $2, $11, 0, $3, $4, $5, $6, $7, $8, $9, $10, 'm1', $12)",
        int(made.eventno),
        INTAKE,
        outgoing(made).topic,
        made.source,
        made.id,
        made.type,
        UUID(made.partitionkey),
        made.subject,
        made.time,
        made.recordedtime,
        int(made.eventno),
        encode(made),
    )


async def accept(connection: Connection, received_at: datetime) -> None:
    """One accepted request of two items, both done with."""
    await connection.execute(
        "insert into ingest.intake (intake_id, sender, received_at, items, headers, body, state, outcomes) "
        "values ($1, 'hubspot', $2, 2, '{}', '', 'done', $3)",
        INTAKE,
        received_at,
        '{"published": 1, "duplicate": 1, "items": [{"item": 1, "outcome": "duplicate"}]}',
    )
