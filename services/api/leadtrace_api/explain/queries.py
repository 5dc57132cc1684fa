"""What the tables say of one event: the request that brought it, its copies, its record, its readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from leadtrace_api.audit.hops import EVENT_HOPS, EventHop
from leadtrace_api.reading import Reading

# Copies of an event come soon or never: that long after it requests are looked through.
COPIES_WITHIN = timedelta(days=1)
_MOST_COPIES = 20
_LONGEST_NUMBER = 18

_COLUMNS = (
    "event_no, source, id, type, topic, entity_id, subject, occurred_at, recorded_at, body, intake_id, item, "
    "mapping"
)
_BY_ID = text(f"""
select {_COLUMNS} from ingest.pub_events
where id = :id and (cast(:source as text) is null or source = :source)
order by event_no limit 10
""")
_BY_NUMBER = text(f"select {_COLUMNS} from ingest.pub_events where event_no = :number")
_LAPSED_BEFORE = text("select max(received_before) from ingest.pub_lapsed_events")
_INTAKE = text("""
select intake_id, sender, received_at, state from ingest.pub_intake where intake_id = :intake
""")
# Ids of requests begin with the milliseconds of their receipt.
_COPIES = text("""
select i.intake_id, (said.value ->> 'item')::int as item, i.received_at
from ingest.pub_intake i, jsonb_array_elements(i.outcomes -> 'items') said
where i.intake_id between :intake and :until and i.outcomes @> jsonb_build_object(
  'items', jsonb_build_array(jsonb_build_object('of', cast(:item as text)))
) and said.value ->> 'of' = :item
order by i.intake_id limit :most
""")
_BINDINGS = text("""
select entity_id, revision, because, recorded_at from ingest.pub_bindings
where subject_key in (
  select subject_key from ingest.pub_bindings
  where entity_id = :entity and source = :source and subject = :subject
)
order by revision
""")
_CORRECTIONS = text("""
with recursive reached (source, id, corrected_source, corrected_id, recorded_at) as (
  select source, id, corrected_source, corrected_id, recorded_at from ingest.pub_corrections
  where corrected_source = :source and corrected_id = :id
  union
  select c.source, c.id, c.corrected_source, c.corrected_id, c.recorded_at
  from ingest.pub_corrections c join reached r on c.corrected_source = r.source and c.corrected_id = r.id
)
select source, id, corrected_source, corrected_id, recorded_at from reached order by recorded_at, source, id
""")
_UNPUBLISHED = text("select since from ingest.pub_unpublished where event_no = :number limit 1")


@dataclass(frozen=True, slots=True)
class Fate:
    """What a reader did with the event."""

    reader: str
    seen: bool
    dead: str | None
    stuck: bool


async def found(now: Reading, event_id: str, source: str | None) -> Sequence[Row[Any]]:
    """The events of an id, or the one of a number."""
    rows = (await now.connection.execute(_BY_ID, {"id": event_id, "source": source})).all()
    if rows or not event_id.isascii() or not event_id.isdigit() or len(event_id) > _LONGEST_NUMBER:
        return rows
    numbered = (await now.connection.execute(_BY_NUMBER, {"number": int(event_id)})).all()
    return [row for row in numbered if source is None or row.source == source]


async def lapsed_before(now: Reading) -> datetime | None:
    """The moment before which no event is kept; None if all are."""
    before: datetime | None = (await now.connection.execute(_LAPSED_BEFORE)).scalar_one()
    return before


async def intake(now: Reading, event: Row[Any]) -> Row[Any] | None:
    """The request that brought it; None if it is kept no more."""
    return (await now.connection.execute(_INTAKE, {"intake": event.intake_id})).one_or_none()


async def copies(now: Reading, event: Row[Any]) -> Sequence[Row[Any]]:
    """Items that were found to be copies of it."""
    until = UUID(int=event.intake_id.int + (int(COPIES_WITHIN.total_seconds() * 1_000) << 80))
    given = {
        "intake": event.intake_id,
        "until": until,
        "item": f"{event.intake_id}:{event.item}",
        "most": _MOST_COPIES,
    }
    return (await now.connection.execute(_COPIES, given)).all()


async def bindings(now: Reading, event: Row[Any], source: str) -> Sequence[Row[Any]]:
    """Wherever its record belonged, in order."""
    given = {"entity": event.entity_id, "source": source, "subject": event.subject}
    return (await now.connection.execute(_BINDINGS, given)).all()


async def corrections(now: Reading, event: Row[Any]) -> Sequence[Row[Any]]:
    """Corrections of it, and corrections of these."""
    given = {"source": event.source, "id": event.id}
    return (await now.connection.execute(_CORRECTIONS, given)).all()


async def unpublished(now: Reading, event: Row[Any]) -> bool:
    """Whether the broker has not confirmed it yet."""
    rows = await now.connection.execute(_UNPUBLISHED, {"number": event.event_no})
    return rows.one_or_none() is not None


async def fates(now: Reading, event: Row[Any], home: UUID) -> list[Fate]:
    """What each reader of its topic did with it; `home` is the lead or deal that it belongs to."""
    return [await _fate(now, hop, event, home) for hop in EVENT_HOPS if hop.topic.value == event.topic]


async def _fate(now: Reading, hop: EventHop, event: Row[Any], home: UUID) -> Fate:
    statement = text(f"""
select exists (select from {hop.reader}.pub_seen where event_no = :number) as seen,
       (select reason from {hop.reader}.pub_dead_letters where event_no = :number limit 1) as dead,
       exists (select from {hop.entities} where {hop.key} = :home and stuck_error is not null) as stuck
""")
    row = (await now.connection.execute(statement, {"number": event.event_no, "home": home})).one()
    return Fate(hop.reader, row.seen, row.dead, row.stuck)
