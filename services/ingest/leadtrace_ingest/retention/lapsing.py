"""Lets a partition go that is past its retention, unless something of it still waits.

What went is written down first: how much, the numbers of the events, and whose history is no longer whole.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from leadtrace.store.connection import Connection
from leadtrace_ingest.relay.hops import READERS
from leadtrace_ingest.retention.partitions import Kept, Partition, partitions


class Wait(StrEnum):
    """Why a partition past its retention is still there."""

    PENDING = "deliveries that no relay has worked through"
    QUARANTINE = "items in quarantine"
    ERASURE = "an erasure that is not finished"
    DELIVERIES = "deliveries of these months that are kept still"
    UNPUBLISHED = "events that the broker has not confirmed"
    UNREAD = "events that a service has not taken in"
    OTHERS = "statements of others that did not end; it is tried again within the hour"


class Lapse(NamedTuple):
    """What became of a partition past its retention: how many rows went, or why it waits."""

    partition: Partition
    rows: int = 0
    waits: tuple[Wait, ...] = ()


_HELD = "select exists (select from ingest.quarantine where intake_id >= $1 and intake_id < $2)"
_ERASING = """
select exists (select from ingest.erasures where state <> 'done')
  or exists (select from ingest.redactions where intake_id >= $1 and intake_id < $2)
"""
_UNPUBLISHED = """
select exists (
  select from ingest.unpublished note, unnest(note.event_nos) number (event_no)
  join {table} using (event_no)
)
"""
_UNREAD = """
select exists (
  select from {table} event where event.topic = '{topic}'
    and not exists (select from {reader}.pub_seen seen where seen.event_no = event.event_no)
    and not exists (
      select from {reader}.pub_dead_letters dead
      where dead.event_no = event.event_no and dead.settled_as is not null
    )
)
"""
_DISCARDED = """
select count(*) from {table} event where event.topic = '{topic}'
  and not exists (select from {reader}.pub_seen seen where seen.event_no = event.event_no)
"""
_DROP_KEYS = "delete from ingest.idempotency_keys where intake_id >= $1 and intake_id < $2"
_NOTE_DELIVERIES = """
insert into ingest.lapsed_deliveries (partition, received_before, deliveries, lapsed_at)
select $1, $2, count(*), $3 from {table} returning deliveries
"""
# Numbers without gaps between them become one range before they are put together.
_NOTE_EVENTS = """
with numbered as (
  select topic, event_no, event_no - row_number() over (partition by topic order by event_no) as island
  from {table}
), islands as (
  select topic, count(*) as events, int8range(min(event_no), max(event_no), '[]') as numbers
  from numbered group by topic, island
)
insert into ingest.lapsed_events (partition, topic, received_before, events, numbers, discarded, lapsed_at)
select $1, topic, $2, sum(events), range_agg(numbers), coalesce($3::jsonb -> topic, '{{}}'), $4
from islands group by topic
returning events
"""
_NOTE_ENTITIES = """
insert into ingest.lapsed_entities as held (entity_id, events, received_before)
select entity_id, count(*), $1 from {table} group by entity_id
on conflict (entity_id) do update set
  events = held.events + excluded.events,
  received_before = greatest(held.received_before, excluded.received_before)
"""


async def lapse(connection: Connection, partition: Partition, now: datetime) -> Lapse:
    """Drop a partition unless something waits; call it within a transaction.

    Raises:
        asyncpg.LockNotAvailableError: somebody reads or writes; try again a little later.
    """
    # Nothing of it changes from here on, while everybody may go on reading.
    await connection.execute(f"lock table {partition.table} in share mode")
    await connection.execute("set local enable_seqscan = on")
    if waits := await waits_of(connection, partition):
        return Lapse(partition, waits=waits)
    if partition.kept is Kept.DELIVERIES:
        rows = await _note_deliveries(connection, partition, now)
    else:
        rows = await _note_events(connection, partition, now)
    await connection.execute(f"drop table {partition.table}")
    return Lapse(partition, rows)


async def waits_of(connection: Connection, partition: Partition) -> tuple[Wait, ...]:
    """Why it cannot go yet."""
    asked = _of_deliveries if partition.kept is Kept.DELIVERIES else _of_events
    return tuple([wait for wait, there in (await asked(connection, partition)).items() if there])


async def _of_deliveries(connection: Connection, partition: Partition) -> Mapping[Wait, bool]:
    pending = f"select exists (select from {partition.table} where state = 'pending')"
    return {
        Wait.PENDING: await connection.fetchval(pending),
        Wait.QUARANTINE: await connection.fetchval(_HELD, *partition.bounds),
        Wait.ERASURE: await connection.fetchval(_ERASING, *partition.bounds),
    }


async def _of_events(connection: Connection, partition: Partition) -> Mapping[Wait, bool]:
    table = partition.table
    deliveries = await partitions(connection, Kept.DELIVERIES)
    unread = [
        await connection.fetchval(_UNREAD.format(table=table, topic=topic, reader=reader))
        for topic, reader in READERS
    ]
    return {
        Wait.DELIVERIES: any(_overlap(one, partition) for one in deliveries),
        Wait.ERASURE: await connection.fetchval(_ERASING, *partition.bounds),
        Wait.UNPUBLISHED: await connection.fetchval(_UNPUBLISHED.format(table=table)),
        Wait.UNREAD: any(unread),
    }


def _overlap(one: Partition, other: Partition) -> bool:
    if one.until is None or other.until is None:
        return False
    return (one.since is None or one.since < other.until) and (other.since is None or other.since < one.until)


async def _note_deliveries(connection: Connection, partition: Partition, now: datetime) -> int:
    await connection.execute(_DROP_KEYS, *partition.bounds)
    statement = _NOTE_DELIVERIES.format(table=partition.table)
    return int(await connection.fetchval(statement, partition.name, partition.until, now))


async def _note_events(connection: Connection, partition: Partition, now: datetime) -> int:
    discarded: dict[str, dict[str, int]] = {}
    for topic, reader in READERS:
        statement = _DISCARDED.format(table=partition.table, topic=topic, reader=reader)
        if count := await connection.fetchval(statement):
            discarded.setdefault(topic, {})[reader] = count
    await connection.execute(_NOTE_ENTITIES.format(table=partition.table), partition.until)
    rows = await connection.fetch(
        _NOTE_EVENTS.format(table=partition.table),
        partition.name,
        partition.until,
        msgspec.json.encode(discarded).decode(),
        now,
    )
    return sum(row[0] for row in rows)
