"""Crashes, outages and what is left behind: every event is published at least once and stored once."""

import asyncio

import asyncpg
import pytest

from leadtrace.bus.protocol import BusUnavailableError
from leadtrace.runtime.failpoints import ALL, BEFORE_COMMIT, ArmedFailpoints, NoFailpoints
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from tests.integration.ingest.scene import Scene
from tests.unit.ingest.hubspot_items import association, contact_property, item, raw

BODIES = [
    raw(
        [
            item("contact.creation", eventId=n, objectId=n),
            contact_property("hs_analytics_source", "OFFLINE", eventId=n, objectId=n),
            association("DEAL_TO_CONTACT", eventId=n, toObjectId=n),
            item("contact.teleported", eventId=n),
        ]
    )
    for n in range(6)
]
PUBLISHED = 6 * 4  # the source becomes two events


@pytest.mark.parametrize("after", [1, 2])
@pytest.mark.parametrize("place", ALL)
async def test_a_crash_loses_nothing_and_doubles_nothing(scene: Scene, place: str, after: int) -> None:
    await scene.accept(*BODIES)
    assert await scene.drain(ArmedFailpoints(place, after), chunk_items=8) == 1
    await scene.republish_lapsed()
    stored = await scene.stored_ids()
    assert len(stored) == PUBLISHED
    assert set(stored.values()) == {1}
    assert scene.published_ids().keys() == stored.keys()
    assert await scene.items() == {"accepted": 24, "published": 18, "quarantined": 6}
    assert await scene.pool.fetchval("select count(*) from ingest.pub_unpublished") == 0


async def test_a_chunk_that_is_not_yet_published_is_noted_and_leased(scene: Scene) -> None:
    await scene.accept(*BODIES)
    relay = scene.relay()
    await scene.bus.make_unavailable()
    relaying = asyncio.create_task(relay.run_once())

    async def noted() -> bool:
        count = await scene.pool.fetchval("select count(*) from ingest.pub_unpublished")
        return bool(count == PUBLISHED)

    await eventually_answers(noted, what="the chunk is noted")
    assert await scene.items() == {"accepted": 24, "published": 18, "quarantined": 6}
    other = scene.relay()
    assert await other.run_once() == 0  # the note is leased, the rows are done
    await other.close()
    await scene.bus.make_available()
    await relaying
    assert len(scene.published()) == PUBLISHED
    await relay.run_once()
    assert await scene.pool.fetchval("select count(*) from ingest.pub_unpublished") == 0
    await relay.close()


async def test_a_note_whose_lease_lapsed_is_published_by_any_relay(scene: Scene) -> None:
    await scene.accept(*BODIES)
    assert await scene.drain(ArmedFailpoints("after_save")) == 1
    assert scene.published() == []
    await scene.republish_lapsed()
    assert len(scene.published()) == PUBLISHED


async def test_a_database_error_is_tried_again(scene: Scene) -> None:
    class FailsTwice(NoFailpoints):
        def __init__(self) -> None:
            self.left = 2

        async def reach(self, name: str) -> None:
            if name == BEFORE_COMMIT and self.left:
                self.left -= 1
                raise asyncpg.DeadlockDetectedError("not this time")

    await scene.accept(*BODIES)
    failing = FailsTwice()
    await scene.drain(failing)
    assert failing.left == 0
    assert set((await scene.stored_ids()).values()) == {1}
    assert await scene.items() == {"accepted": 24, "published": 18, "quarantined": 6}


async def test_a_stopping_relay_does_not_wait_for_the_broker(scene: Scene) -> None:
    await scene.accept(*BODIES)
    await scene.bus.make_unavailable()
    relay = scene.relay()
    running = asyncio.create_task(relay.run())
    relay._stop.set("test")
    async with asyncio.timeout(5):
        await running
    with pytest.raises(BusUnavailableError):
        scene.bus.reach()


async def test_a_running_relay_is_woken_by_the_door(scene: Scene) -> None:
    relay, stop = scene.relay(poll_interval_s=60), StopSignal()
    relay._stop = stop
    running = asyncio.create_task(relay.run())
    superuser = await connect(scene.url)

    async def listening() -> bool:
        here = "from pg_stat_activity where datname = current_database() and query ilike 'listen %'"
        return bool(await superuser.fetchval(f"select count(*) {here}"))

    async def published() -> bool:
        return len(scene.published()) == PUBLISHED

    try:
        await eventually_answers(listening, what="the relay listens")
        await scene.accept(*BODIES)
        await eventually_answers(published, what="the events are published")
    finally:
        await superuser.close()
        stop.set("test")
        await running
    assert await scene.pool.fetchval("select count(*) from ingest.pub_unpublished") == 0
