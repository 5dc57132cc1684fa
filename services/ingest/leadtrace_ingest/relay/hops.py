"""The hops that ingest owns: what its events table holds and a reader lacks, one query each."""

from collections.abc import Sequence

from leadtrace.bus.protocol import Outgoing
from leadtrace.events.topics import Topic
from leadtrace.runtime.reconcile import Hop
from leadtrace.store.connection import Connection
from leadtrace_ingest.relay.events import read_records

READERS = (
    (Topic.LEAD_EVENTS, "scoring"),
    (Topic.LEAD_EVENTS, "attribution"),
    (Topic.DEAL_EVENTS, "attribution"),
    (Topic.SPEND_EVENTS, "api"),
)

# Topic and reader come from the constants above. What was stored but not yet published is on its way.
_MISSING = """
select event.event_no from ingest.events event
where event.topic = '{topic}' and event.event_no > $1 and event.stored_at <= now() - $3::interval
  and not exists (select from {reader}.pub_seen seen where seen.event_no = event.event_no)
  and not exists (select from {reader}.pub_dead_letters dead where dead.event_no = event.event_no)
  and not exists (select from ingest.pub_unpublished note where note.event_no = event.event_no)
order by event.event_no limit $2
"""
_EVERYTHING = """
select event_no from ingest.events where topic = '{topic}' and event_no > $1 order by event_no limit $2
"""


def event_hops() -> list[Hop]:
    """Events of leads to scoring and attribution, events of deals to attribution, spend to the api."""
    return [
        Hop(
            name=f"{topic} to {reader}",
            topic=topic,
            missing=_MISSING.format(topic=topic, reader=reader),
            everything=_EVERYTHING.format(topic=topic),
            first_key=0,
            load=_load,
        )
        for topic, reader in READERS
    ]


async def _load(connection: Connection, keys: Sequence[object]) -> list[Outgoing]:
    return await read_records(connection, [int(str(key)) for key in keys])
