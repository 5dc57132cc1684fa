"""Events that are kept no longer, as ingest writes it down when a month of them goes."""

from collections.abc import Collection

from leadtrace.store.connection import Pool

_ENTITIES = """
insert into ingest.lapsed_entities as held (entity_id, events, received_before)
select entity_id, count(*), now() from ingest.events where event_no = any($1::bigint[]) group by entity_id
on conflict (entity_id) do update set events = held.events + excluded.events
"""
_EVENTS = """
insert into ingest.lapsed_events (partition, topic, received_before, events, numbers, lapsed_at)
select gen_random_uuid()::text, topic, now(), count(*), range_agg(int8range(event_no, event_no, '[]')), now()
from ingest.events where event_no = any($1::bigint[]) group by topic
"""
_DELETE = "delete from ingest.events where event_no = any($1::bigint[])"


async def lapse(owner: Pool, numbers: Collection[int]) -> None:
    """Let events go, and say so."""
    async with owner.acquire() as connection, connection.transaction():
        for statement in (_ENTITIES, _EVENTS, _DELETE):
            await connection.execute(statement, list(numbers))
