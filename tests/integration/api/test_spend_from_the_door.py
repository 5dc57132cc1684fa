"""What is posted at the door is what `/v1/costs` tells, through a correction and a broker that forgot."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx

from leadtrace.bus.protocol import TopicSpec
from leadtrace.events.topics import Topic, all_topic_names
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.reconcile import Reconciler
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.chain import Stage
from leadtrace_ingest.relay.hops import event_hops
from leadtrace_ingest.settings import configured_senders
from tests.integration.api.projection import Projection
from tests.integration.ingest.door_scene import DoorScene, running_door
from tests.integration.ingest.scene import Scene, ingest_scene
from tests.integration.ingest.test_reconcile import SPEND

_KEY = {"Authorization": "Bearer a key of the ads"}
_SENDERS: Mapping[str, Mapping[str, Any]] = {
    "ads": {"kind": "spend", "secrets": ["a key of the ads"]},
    "desk": {"kind": "events", "secrets": ["a key of the desk"], "trusted": True},
}
_MONTH = {"account": "google", "from": "2026-03-01", "to": "2026-03-31"}
_ROW = {"channel": "Paid_Search", "currency": "EUR"}


@asynccontextmanager
async def _relay(url: str) -> AsyncGenerator[Scene]:
    settings = Settings.model_validate({"senders": _SENDERS})
    adapters = {name: sender.adapter for name, sender in configured_senders(settings).items()}
    async with ingest_scene(url, adapters) as scene:
        yield scene


async def _post(door: DoorScene, posting: object) -> None:
    answer = await door.client.post("/v1/spend", json=posting, headers=_KEY)
    assert answer.status_code == 202, answer.text


async def _told(scene: Scene, projection: Projection, client: httpx.AsyncClient) -> dict[str, str]:
    """What the api tells once everybody has read everything: spend by channel."""
    await scene.drain()
    await Stage("api", scene.bus, projection.pool, projection.projector).drain()
    audit = (await client.get("/v1/audit/conservation")).json()
    assert (audit["balanced"], audit["pending"], audit["dead_letters"]) == (True, 0, []), audit
    groups = (await client.get("/v1/costs?by=channel&from=2026-03-02&to=2026-03-02")).json()["groups"]
    return {one["key"]["channel"]: one["numbers"]["spend"]["total"]["amount"] for one in groups}


async def test_from_the_door_to_the_answer(
    database_url: str, projection: Projection, client: httpx.AsyncClient
) -> None:
    async with running_door(database_url, senders=_SENDERS) as door, _relay(database_url) as scene:
        whole = {"from": "2026-03-01", "to": "2026-03-31", "amount": "310", **_ROW}
        await _post(door, {**_MONTH, "rows": [whole]})
        assert await _told(scene, projection, client) == {"paid_search": "10.00"}
        door.clock.advance(timedelta(minutes=1))
        await _post(door, {**_MONTH, "rows": [{"date": "2026-03-02", "amount": "99.5", **_ROW}]})
        assert await _told(scene, projection, client) == {"paid_search": "99.50"}
        wrong = await scene.pool.fetchval(
            "select id from ingest.events where topic = 'spend-events' order by recorded_at desc limit 1"
        )
        correction = {
            "id": "c-1",
            "type": "io.leadtrace.event.corrected.v1",
            "subject": "spend/google",
            "subjectsource": "ads",
            "time": "2026-03-02T08:00:00Z",
            "data": {"event": wrong, "corrects": "spend.recorded", "declaration": "did_not_occur"},
        }
        answer = await door.client.post(
            "/v1/events", json=correction, headers={"Authorization": "Bearer a key of the desk"}
        )
        assert answer.status_code == 202, answer.text
        assert await _told(scene, projection, client) == {"paid_search": "10.00"}
        explained = (await client.get(f"/v1/events/{wrong}/explain")).json()
        assert (explained["counts"], explained["readers"]) == (
            False,
            [{"reader": "api", "fate": "applied", "reason": None}],
        )
        await _forget(scene, projection)
        assert await _told(scene, projection, client) == {"paid_search": "10.00"}


async def _forget(scene: Scene, projection: Projection) -> None:
    """The broker and the api lose everything; ingest publishes again what the api lacks."""
    await projection.empty()
    await scene.bus.forget_everything()
    admin = await scene.bus.admin()
    await admin.create_topics([TopicSpec(name, 2) for name in all_topic_names()])
    stop = StopSignal()
    publisher = Publisher(scene.bus, stop)
    reconciler = Reconciler(pool=scene.pool, bus=scene.bus, publisher=publisher, hops=event_hops(), stop=stop)
    (result,) = await reconciler.reconcile(hop=SPEND)
    assert (result.missing, result.republished) == (3, 3)
    assert SPEND.startswith(Topic.SPEND_EVENTS)
