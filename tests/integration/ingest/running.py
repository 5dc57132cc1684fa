"""Door and relay of ingest side by side, and what they made of what was posted."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace_ingest.relay.process import RelayProcess
from leadtrace_ingest.settings import configured_senders
from tests.integration.ingest.door_scene import DoorScene, running_door


@asynccontextmanager
async def running_ingest(
    url: str, senders: Mapping[str, Any], **door_settings: Any
) -> AsyncGenerator[tuple[DoorScene, Connection]]:
    """Door and relay with these senders beside HubSpot, and a connection to look at what they stored.

    `door_settings` are settings of [door].
    """
    database = await connect(url, "leadtrace_ingest")
    async with running_door(url, senders=senders, **door_settings) as door:
        stop = StopSignal()
        relay = RelayProcess(door.settings, configured_senders(door.settings), door.bus, door.clock)
        relaying = asyncio.create_task(relay.run(stop))
        try:
            yield door, database
        finally:
            stop.set("the test is over")
            await relaying
            await database.close()


async def terms(database: Connection, sender: str) -> dict[str, int]:
    """The terms of the first equation for a sender, those that are not 0."""
    row = await database.fetchrow("select * from ingest.pub_items where sender = $1", sender)
    found = dict(row) if row else {}
    return {name: count for name, count in found.items() if isinstance(count, int) and count}


async def settled(database: Connection, sender: str, accepted: int) -> bool:
    """Whether so many items came in and everything is on the topics."""
    found = await terms(database, sender)
    return found.get("accepted") == accepted and "pending" not in found and not await waits(database)


async def waits(database: Connection) -> bool:
    """Whether events are stored that no topic has yet."""
    return bool(await database.fetchval("select count(*) from ingest.pub_unpublished"))
