"""Notes of events that are stored but perhaps not yet on their topic: the relay's outbox.

A note bears a lease, so that a relay at work is not overtaken; once it has lapsed any relay publishes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from leadtrace.store.connection import Connection

_MOST_AT_ONCE = 4

_WRITE = """
insert into ingest.unpublished (note_id, event_nos, leased_until)
values ($1, $2, clock_timestamp() + $3::interval)
"""
_CLEAR = "delete from ingest.unpublished where note_id = any($1::uuid[])"
_TAKE_LAPSED = """
update ingest.unpublished note set leased_until = clock_timestamp() + $1::interval
from (
  select note_id from ingest.unpublished where leased_until < clock_timestamp()
  order by noted_at limit $2 for update skip locked
) lapsed
where note.note_id = lapsed.note_id
returning note.note_id, note.event_nos
"""


@dataclass(frozen=True, slots=True)
class Note:
    """The numbers of events to publish."""

    note_id: UUID
    event_nos: tuple[int, ...]


async def write_note(
    connection: Connection, note_id: UUID, event_nos: Sequence[int], lease: timedelta
) -> None:
    """Note events in the transaction that stores them."""
    await connection.execute(_WRITE, note_id, list(event_nos), lease)


async def clear_notes(connection: Connection, note_ids: Sequence[UUID]) -> None:
    """Forget notes whose events the broker has confirmed."""
    if note_ids:
        await connection.execute(_CLEAR, list(note_ids))


async def take_lapsed(connection: Connection, lease: timedelta) -> list[Note]:
    """A few notes whose lease has lapsed, oldest first, under a new lease."""
    found = await connection.fetch(_TAKE_LAPSED, lease, _MOST_AT_ONCE)
    return [Note(note_id, tuple(event_nos)) for note_id, event_nos in found]
