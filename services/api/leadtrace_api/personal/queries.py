"""Reads of the events that tell of a person, of their keys, of erasures, and of who read personal fields."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from leadtrace.events.catalogue import BY_CODE, Code
from leadtrace.runtime.key_ring import Key
from leadtrace_api.reading import Reading

# A person's fields change rarely: beyond so many changes of a record the oldest are left out.
_MOST_EVENTS = 500
_TYPES = [BY_CODE[code].type for code in (Code.LEAD_CAPTURED, Code.LEAD_UPDATED)]

# The events of the records that are of the lead now, wherever these belonged when they came.
_EVENTS = text("""
select bound.entity_id as lead_id, told.body
from ingest.pub_subjects bound
cross join lateral (
  select distinct b.entity_id from ingest.pub_bindings b where b.subject_key = bound.subject_key
) place
cross join lateral (
  select e.body from ingest.pub_events e
  where e.entity_id = place.entity_id and e.source = bound.source and e.subject = bound.subject
    and e.type = any(:types)
  order by e.occurred_at desc, e.event_no desc limit :most
) told
where bound.entity_id = any(cast(:leads as uuid[]))
""")
_KEYS = text("""
select subject_key, wrapped from ingest.pub_personal_keys where subject_key = any(cast(:keys as uuid[]))
""")
_ERASED = text("""
select lead_id, max(erased_until) as erased_at from ingest.pub_erasures
where lead_id = any(cast(:leads as uuid[])) and state <> 'requested' group by lead_id
""")
_NOTE = text("""
insert into api.personal_reads (key_id, key_name, lead_id, route)
select cast(:key_id as uuid), :key_name, lead_id, :route from unnest(cast(:leads as uuid[])) lead_id
""")
_READS = text("""
select read_id, read_at, key_id, key_name, lead_id, route from api.personal_reads
where read_id < coalesce(:before, 9223372036854775807)
  and (cast(:lead as uuid) is null or lead_id = cast(:lead as uuid))
order by read_id desc limit :most
""")


async def personal_events(now: Reading, leads: Sequence[UUID]) -> Sequence[Row[Any]]:
    """The events that may tell of the person behind each lead."""
    asked = {"leads": list(leads), "types": _TYPES, "most": _MOST_EVENTS}
    return (await now.connection.execute(_EVENTS, asked)).all()


async def wrapped_keys(now: Reading, keys: Collection[UUID]) -> dict[UUID, bytes]:
    """Those of the keys that are not destroyed."""
    found = await now.connection.execute(_KEYS, {"keys": list(keys)})
    return {row.subject_key: row.wrapped for row in found}


async def erased_at(now: Reading, leads: Sequence[UUID]) -> dict[UUID, datetime]:
    """Which of the leads were erased, and until when."""
    found = await now.connection.execute(_ERASED, {"leads": list(leads)})
    return {row.lead_id: row.erased_at for row in found}


async def note_read(engine: AsyncEngine, key: Key, leads: Sequence[UUID], route: str) -> None:
    """Record who looks at whom; committed before the answer goes out."""
    asked = {"key_id": key.key_id, "key_name": key.name, "leads": list(leads), "route": route}
    async with engine.begin() as connection:
        await connection.execute(_NOTE, asked)


async def reads(now: Reading, before: int | None, lead: UUID | None, most: int) -> Sequence[Row[Any]]:
    """Who looked at whom, newest first."""
    asked = {"before": before, "lead": lead, "most": most}
    return (await now.connection.execute(_READS, asked)).all()
