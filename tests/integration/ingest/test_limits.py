"""A noisy sender cannot stall another: not at the door, and not in the relay."""

import asyncio
import time
from datetime import timedelta
from uuid import UUID

from leadtrace.events.times import from_micros
from leadtrace.runtime.clock import FrozenClock, first_uuid7
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from leadtrace_ingest.door.admission import Admission
from leadtrace_ingest.door.day_quota import DayQuota
from tests.integration.ingest.door_scene import DoorScene, running_door, signed_v3
from tests.integration.ingest.scene import RECEIVED_AT, ROLE, Scene, ingest_scene
from tests.unit.ingest.hubspot_items import AT_MS, item, raw, shipped_adapter

NOISY, QUIET = "/v1/webhooks/noisy", "/v1/webhooks/quiet"
DAY_MS = 86_400_000
FEW = raw([item("contact.creation", eventId=n) for n in range(10)])
P99_WITHIN_S = 1.0  # a busy machine; without a limit the flood alone would take many seconds


class TestDoor:
    async def test_beyond_its_rate_a_sender_hears_429_and_nothing_is_stored(self, database_url: str) -> None:
        limits = {"items_per_s": 5, "burst_items": 20}
        async with running_door(database_url, senders={"noisy": limits, "quiet": {}}) as door:
            assert [(await door.post(FEW, path=NOISY)).status_code for _ in range(2)] == [202, 202]
            refused = await door.post(FEW, path=NOISY)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.json()["remedy"]
            assert (await door.post(FEW, path=QUIET)).status_code == 202
            door.clock.advance(timedelta(seconds=2))
            headers = signed_v3(FEW, NOISY, at_ms=AT_MS + 2_000)
            assert (await door.post(FEW, headers, path=NOISY)).status_code == 202
            assert await stored_items(database_url) == {"noisy": 30, "quiet": 10}

    async def test_who_is_not_authentic_uses_up_nothing(self, database_url: str) -> None:
        async with running_door(
            database_url, senders={"noisy": {"items_per_s": 1, "burst_items": 10}}
        ) as door:
            assert {(await door.post(FEW, {}, path=NOISY)).status_code for _ in range(5)} == {401}
            assert (await door.post(FEW, path=NOISY)).status_code == 202

    async def test_while_one_floods_another_is_answered_fast(self, database_url: str) -> None:
        limits = {"items_per_s": 5, "burst_items": 20}
        async with running_door(database_url, senders={"noisy": limits, "quiet": {}}) as door:
            stop = asyncio.Event()
            flood = [asyncio.create_task(flooding(door, stop)) for _ in range(8)]
            took = sorted([await timed(door) for _ in range(100)])
            stop.set()
            statuses = {status for statuses in await asyncio.gather(*flood) for status in statuses}
        assert took[98] < P99_WITHIN_S
        assert statuses == {202, 429}

    async def test_the_day_over_all_doors_is_kept_after_a_restart(self, database_url: str) -> None:
        senders = {"noisy": {"items_per_day": 25}}
        async with running_door(database_url, senders=senders) as door:
            assert [(await door.post(FEW, path=NOISY)).status_code for _ in range(3)] == [202, 202, 429]
        async with running_door(database_url, senders=senders) as door:

            async def is_full() -> bool:
                return (await door.post(FEW, path=NOISY)).status_code == 429

            await eventually_answers(is_full, what="the new door knows what was posted before")
            refused = await door.post(FEW, path=NOISY)
            assert int(refused.headers["retry-after"]) == (DAY_MS - AT_MS % DAY_MS) // 1_000


async def flooding(door: DoorScene, stop: asyncio.Event) -> list[int]:
    statuses = []
    while not stop.is_set():
        statuses.append((await door.post(FEW, path=NOISY)).status_code)
    return statuses


async def timed(door: DoorScene) -> float:
    began = time.monotonic()
    assert (await door.post(FEW, path=QUIET)).status_code == 202
    return time.monotonic() - began


async def stored_items(url: str) -> dict[str, int]:
    connection = await connect(url, ROLE)
    try:
        found = await connection.fetch(
            "select sender, sum(items) as items from ingest.intake group by sender"
        )
        return {row["sender"]: row["items"] for row in found}
    finally:
        await connection.close()


class TestDayQuota:
    async def test_counts_the_rows_of_today_and_of_all_doors(self, database_url: str) -> None:
        clock = FrozenClock(from_micros((5 * DAY_MS + 1_000) * 1_000))
        table = SenderSettings.model_validate({"kind": "hubspot", "items_per_day": 1_000})
        days = Admission({"noisy": table}, clock).days
        look = await connect(database_url, ROLE)
        quota = DayQuota(days, lambda: connect(database_url, ROLE), clock)
        await put(look, 5 * DAY_MS - 1, items=500)
        await put(look, 5 * DAY_MS, items=30)
        # What an operator imports is not what the sender posts.
        await put(look, 5 * DAY_MS + 1, items=70, headers='{":import": "0123456789abcdef"}')
        await quota.look()
        assert days["noisy"].counted == 30
        clock.advance(timedelta(minutes=10))
        await put(look, 5 * DAY_MS + 590_000, items=4)
        days["noisy"].since = 4
        await quota.look()
        assert (days["noisy"].counted, days["noisy"].since) == (34, 0)
        clock.advance(timedelta(days=1))
        await quota.look()
        assert days["noisy"].counted == 0
        quota._drop()
        await look.close()


async def put(connection: Connection, at_ms: int, *, items: int, headers: str = "{}") -> None:
    await connection.execute(
        "insert into ingest.intake (intake_id, sender, received_at, items, headers, body)"
        " values ($1, 'noisy', now(), $2, $3::text::jsonb, '')",
        first_uuid7(at_ms),
        items,
        headers,
    )


class TestRelay:
    async def test_one_delivery_passes_the_backlog_of_another_sender_within_one_chunk(
        self, database_url: str
    ) -> None:
        adapters = {"noisy": shipped_adapter("noisy"), "quiet": shipped_adapter("quiet")}
        async with ingest_scene(database_url, adapters) as scene:
            await backlog(scene, rows=1_000, items=100)
            await scene.pool.execute(
                PUT, [last_id()], "quiet", RECEIVED_AT, 1, raw([item("contact.creation")])
            )
            relay = scene.relay()
            items = await relay.run_once()
            await relay.close()
            assert items <= 4_000 + 100  # a chunk is full with the delivery that fills it
            assert {event.source.partition("/")[0] for event in scene.published()} == {"noisy", "quiet"}

    async def test_a_chunk_is_shared_by_items_and_filled(self, database_url: str) -> None:
        adapters = {name: shipped_adapter(name) for name in ("few", "noisy", "noisy2")}
        async with ingest_scene(database_url, adapters) as scene:
            await backlog(scene, rows=50, items=100)
            await backlog(scene, rows=50, items=100, sender="noisy2", first=10_000)
            await backlog(scene, rows=1, items=100, sender="few", first=20_000)
            relay = scene.relay(chunk_items=1_100)
            assert await relay.run_once() == 1_100
            await relay.close()
            done = await scene.pool.fetch(
                "select sender, sum(items) as items from ingest.intake where state = 'done' group by sender"
            )
            assert {row["sender"]: row["items"] for row in done} == {"few": 100, "noisy": 500, "noisy2": 500}


PUT = """
insert into ingest.intake (intake_id, sender, received_at, items, headers, body)
select id, $2, $3, $4, '{}', $5 from unnest($1::uuid[]) id
"""


async def backlog(scene: Scene, *, rows: int, items: int, sender: str = "noisy", first: int = 0) -> None:
    """Pending deliveries of one sender, all older than `last_id`; they are copies of one."""
    body = raw([item("contact.creation", eventId=n) for n in range(items)])
    ids = [UUID(int=(AT_MS << 80) + first + number) for number in range(rows)]
    await scene.pool.execute(PUT, ids, sender, RECEIVED_AT, items, body)


def last_id() -> UUID:
    return first_uuid7(AT_MS + 1)
