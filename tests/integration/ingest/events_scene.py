"""A door with senders of events, and the relay behind it over the same database."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec

from leadtrace.runtime.settings import Settings
from leadtrace.store.engine import connect
from leadtrace_ingest.settings import configured_senders
from tests.integration.ingest.door_scene import DoorScene, running_door
from tests.integration.ingest.scene import Scene, ingest_scene
from tests.unit.ingest.event_items import JSON, KEY
from tests.unit.ingest.hubspot_items import SECRET as HUBSPOT_SECRET

PATH = "/v1/events"
RELAY_PATH = "/v1/webhooks/relay"
RELAY_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BEARER = {"Authorization": f"Bearer {KEY}"}
SENDERS: Mapping[str, Mapping[str, Any]] = {
    "app": {"kind": "events", "secrets": ["another live key", KEY]},
    "shop": {"kind": "events", "secrets": ["the shop's key"]},
    "relay": {"kind": "standard_webhooks", "secrets": [RELAY_SECRET]},
    "hubspot": {"kind": "hubspot", "secrets": [HUBSPOT_SECRET], "public_url": "https://hooks.example/leads"},
}


@asynccontextmanager
async def events_door(url: str, **door: Any) -> AsyncGenerator[DoorScene]:
    """A door that takes events."""
    async with running_door(url, senders=SENDERS, **door) as scene:
        yield scene


@asynccontextmanager
async def relayed(url: str) -> AsyncGenerator[Scene]:
    """What became of all that was posted: the relay has worked through it."""
    settings = Settings.model_validate({"senders": SENDERS})
    adapters = {name: sender.adapter for name, sender in configured_senders(settings).items()}
    async with ingest_scene(url, adapters) as scene:
        await scene.drain()
        yield scene


async def terms_of(scene: Scene, sender: str) -> dict[str, int]:
    """What became of one sender's items; fails if it does not add up."""
    row = dict(await scene.pool.fetchrow("select * from ingest.pub_items where sender = $1", sender) or {})
    terms = {name: count for name, count in row.items() if name not in {"sender", "oldest_pending_at"}}
    assert terms["accepted"] == sum(terms.values()) - terms["accepted"], terms
    return {name: count for name, count in terms.items() if count}


async def post(
    door: DoorScene, body: object, content_type: str = JSON, path: str = PATH, **headers: str
) -> httpx.Response:
    """Post a body, given as bytes or as a value for JSON, with a live key."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return await door.post(content, {**BEARER, "content-type": content_type, **more}, path)


async def stored(url: str) -> int:
    """How many deliveries the intake log holds."""
    connection = await connect(url, "leadtrace_ingest")
    try:
        return int(await connection.fetchval("select count(*) from ingest.intake"))
    finally:
        await connection.close()
