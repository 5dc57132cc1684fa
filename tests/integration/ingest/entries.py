"""Deliveries of any sender, committed as the door does it, at moments that a test chooses."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_groups import Door
from leadtrace.runtime.shutdown import StopSignal
from leadtrace_ingest.door.committer import Committer
from leadtrace_ingest.door.intake import IntakeEntry
from leadtrace_ingest.senders.sender import ROUTE
from tests.integration.ingest.scene import RECEIVED_AT, Scene
from tests.unit.ingest.deliveries import delivery


async def file(
    scene: Scene,
    sender: str,
    *bodies: bytes,
    route: str = "",
    headers: Mapping[str, str] | None = None,
    at: datetime = RECEIVED_AT,
) -> list[UUID]:
    """Commit one delivery for each body, in this order; their ids."""
    kept = {**(headers or {}), **({ROUTE: route} if route else {})}
    adapter = scene.senders[sender].adapter
    entries = [
        IntakeEntry(
            scene.ids.uuid7(),
            sender,
            at,
            adapter.count(delivery(body, route, kept, at)),
            msgspec.json.encode(kept).decode(),
            body,
        )
        for body in bodies
    ]
    committer, stop = Committer(scene.connect, Door(), Metrics()), StopSignal()
    running = asyncio.create_task(committer.run(stop))
    await asyncio.gather(*(committer.submit(entry) for entry in entries))
    stop.set("accepted")
    await running
    return [entry.intake_id for entry in entries]
