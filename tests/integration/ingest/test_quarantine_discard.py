"""Discarding held items: counted elsewhere at once, for good, with who, when and why; the bytes stay."""

import asyncio
from pathlib import Path
from uuid import UUID

from leadtrace.events.times import from_micros
from leadtrace.testing.vault import wrapper_of
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.quarantine.discard import Decision, GivenUp, discard
from leadtrace_ingest.quarantine.listing import discarded_item
from leadtrace_ingest.quarantine.raw import raw_of
from leadtrace_ingest.quarantine.retry import Retried, retry
from leadtrace_ingest.quarantine.selection import Selection
from tests.integration.ingest.mended import mend, unmapped
from tests.integration.ingest.scene import RECEIVED_AT, Scene
from tests.unit.ingest.hubspot_items import AT_MS, item, raw

CREATED = item("contact.creation", eventId=1_000)
TELEPORTED = item("contact.teleported", eventId=1_002)
DECISION = Decision("a test of theirs", "anna's key", from_micros((AT_MS + 5_000) * 1_000))
ANY = Selection()
UNKNOWN = Selection(reason=Reason.UNKNOWN_TYPE.value)


async def give_up(scene: Scene, selection: Selection = ANY) -> GivenUp:
    """Discard, with the decision of these tests."""
    return await discard(scene.pool, selection, DECISION)


async def again(scene: Scene, selection: Selection = ANY) -> Retried:
    """Retry, for the senders of the scene."""
    return await retry(scene.pool, selection, list(scene.senders))


async def test_says_so_in_the_delivery_and_in_the_totals(scene: Scene) -> None:
    intake_id = await scene.post(CREATED, TELEPORTED, unmapped(7))
    await scene.drain()
    assert await give_up(scene, UNKNOWN) == GivenUp(1, 1)
    assert await scene.items() == {"accepted": 3, "published": 1, "quarantined": 1, "discarded": 1}
    assert await scene.outcomes(intake_id) == {
        "published": 1,
        "quarantined": 1,
        "discarded": 1,
        "items": [
            {
                "item": 1,
                "outcome": "discarded",
                "reason": "unknown_type",
                "why": "a test of theirs",
                "by": "anna's key",
                "at": "2026-01-02T00:00:05Z",
            },
            {"item": 2, "outcome": "quarantined", "reason": "unmapped_stage"},
        ],
    }


async def test_twice_is_once(scene: Scene) -> None:
    await scene.post(TELEPORTED)
    await scene.drain()
    assert await give_up(scene) == GivenUp(1, 1)
    assert await give_up(scene) == GivenUp(0, 0)
    assert await scene.items() == {"accepted": 1, "discarded": 1}


async def test_its_bytes_stay_reachable_under_the_same_id(scene: Scene) -> None:
    await scene.post(CREATED, TELEPORTED)
    await scene.drain()
    quarantine_id: UUID = await scene.pool.fetchval("select quarantine_id from ingest.quarantine")
    await give_up(scene)
    async with scene.pool.acquire() as connection:
        found = await discarded_item(connection, quarantine_id)
        assert found is not None
        held, how = found
        assert (held.item, held.reason, held.first_seen_at) == (1, "unknown_type", RECEIVED_AT)
        assert (how.why, how.discarded_by, how.discarded_at) == DECISION
        assert await raw_of(connection, held, scene.senders, wrapper_of()) == raw(TELEPORTED)
        assert await raw_of(connection, held, {}, wrapper_of()) is None
        assert await discarded_item(connection, UUID(int=0)) is None


async def test_an_item_that_is_about_to_be_done_again_is_left_to_the_relay(
    scene: Scene, tmp_path: Path
) -> None:
    await scene.post(unmapped(7), TELEPORTED)
    await scene.drain()
    mend(scene, tmp_path)
    await again(scene, Selection(reason=Reason.UNMAPPED_STAGE.value))
    assert await give_up(scene) == GivenUp(1, 1)
    assert await scene.items() == {"accepted": 2, "pending": 1, "discarded": 1}
    await scene.drain()
    assert await scene.items() == {"accepted": 2, "published": 1, "discarded": 1}


async def test_a_copy_of_a_discarded_item_is_still_a_copy(scene: Scene) -> None:
    first = await scene.post(TELEPORTED)
    await scene.drain()
    await give_up(scene)
    copy = await scene.post(TELEPORTED | {"attemptNumber": 3})
    await scene.drain()
    assert (await scene.outcomes(copy))["items"][0]["of"] == f"{first}:0"
    assert await scene.items() == {"accepted": 2, "duplicate": 1, "discarded": 1}


async def test_the_equation_holds_at_each_moment_while_all_work_at_once(scene: Scene, tmp_path: Path) -> None:
    bodies = [
        raw([CREATED | {"eventId": n}, unmapped(n), TELEPORTED | {"eventId": n, "objectId": n}])
        for n in range(2_000, 2_040)
    ]
    await scene.accept(*bodies)
    await scene.drain()
    mend(scene, tmp_path)
    await scene.accept(*bodies[:10])
    relays = [scene.relay(chunk_items=9) for _ in range(2)]
    watching = True

    async def watch() -> None:
        while watching:
            await scene.items()

    async def relaying() -> None:
        for _ in range(20):
            await asyncio.gather(*(relay.run_once() for relay in relays))

    async def acting() -> None:
        for _ in range(4):
            await asyncio.gather(again(scene), give_up(scene, UNKNOWN), again(scene, UNKNOWN))

    watcher = asyncio.create_task(watch())
    await asyncio.gather(relaying(), acting())
    await scene.drain()
    await give_up(scene, UNKNOWN)
    watching = False
    await watcher
    for relay in relays:
        await relay.close()
    assert await scene.items() == {"accepted": 150, "published": 80, "duplicate": 30, "discarded": 40}
    assert set((await scene.stored_ids()).values()) == {1}
    assert await scene.pool.fetchval("select count(*) from ingest.quarantine") == 0
    assert await scene.pool.fetchval("select count(*) from ingest.quarantine_discards") == 40
