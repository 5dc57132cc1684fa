"""Retrying held items: exactly those, once, by the mapping in force; relays at work lose no retry."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from leadtrace.runtime.failpoints import ALL, ArmedFailpoints
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.quarantine.retry import Retried, retry
from leadtrace_ingest.quarantine.selection import Selection
from tests.integration.ingest.mended import mend, unmapped
from tests.integration.ingest.scene import RECEIVED_AT, Scene
from tests.unit.ingest.hubspot_items import contact_property, item, raw

CREATED = item("contact.creation", eventId=1_000)
SOURCE = contact_property("hs_analytics_source", "OFFLINE", eventId=1_001)
TELEPORTED = item("contact.teleported", eventId=1_002)
ANY = Selection()
_HELD = "select quarantine_id from ingest.quarantine order by quarantine_id"


async def again(scene: Scene, selection: Selection = ANY) -> Retried:
    """Retry, for the senders of the scene."""
    return await retry(scene.pool, selection, list(scene.senders))


async def held_ids(scene: Scene) -> list[UUID]:
    """The ids of all held items."""
    return [row[0] for row in await scene.pool.fetch(_HELD)]


async def test_after_a_mapping_fix_held_items_go_through_once_and_their_neighbours_not_again(
    scene: Scene, tmp_path: Path
) -> None:
    intake_id = await scene.post(CREATED, unmapped(7), TELEPORTED)
    await scene.drain()
    assert await scene.items() == {"accepted": 3, "published": 1, "quarantined": 2}
    mend(scene, tmp_path)
    assert await again(scene) == Retried(1, 2)
    assert await scene.items() == {"accepted": 3, "published": 1, "pending": 2}
    await scene.drain()
    assert await scene.items() == {"accepted": 3, "published": 2, "quarantined": 1}
    assert await scene.outcomes(intake_id) == {
        "published": 2,
        "quarantined": 1,
        "items": [{"item": 2, "outcome": "quarantined", "reason": "unknown_type"}],
    }
    assert set(scene.published_ids().values()) == {1}
    assert [event.mapping for event in scene.published()] == ["hubspot@2", "hubspot@3"]


async def test_retried_twice_is_done_once(scene: Scene, tmp_path: Path) -> None:
    await scene.post(unmapped(7))
    await scene.drain()
    mend(scene, tmp_path)
    assert await again(scene) == Retried(1, 1)
    assert await again(scene) == Retried(1, 1)
    await scene.drain()
    assert await again(scene) == Retried(0, 0)
    await scene.drain()
    assert await scene.items() == {"accepted": 1, "published": 1}
    assert set(scene.published_ids().values()) == {1}


async def test_a_second_retry_joins_one_that_no_relay_has_come_to(scene: Scene, tmp_path: Path) -> None:
    intake_id = await scene.post(unmapped(7), CREATED, unmapped(8), TELEPORTED)
    await scene.drain()
    first, second, _ = await held_ids(scene)
    mend(scene, tmp_path)
    assert await again(scene, Selection(ids=(second,))) == Retried(1, 1)
    assert await again(scene, Selection(ids=(first,))) == Retried(1, 1)
    redo = await scene.pool.fetchval("select redo from ingest.intake where intake_id = $1", intake_id)
    assert redo == [0, 2]
    await scene.drain()
    assert await scene.items() == {"accepted": 4, "published": 3, "quarantined": 1}


async def test_one_that_is_still_bad_keeps_its_place_and_when_it_was_first_seen(scene: Scene) -> None:
    await scene.post(TELEPORTED)
    await scene.drain()
    early = RECEIVED_AT - timedelta(days=3)
    await scene.pool.execute("update ingest.quarantine set first_seen_at = $1", early)
    before = await scene.pool.fetch("select * from ingest.quarantine")
    await again(scene)
    await scene.drain()
    assert await scene.pool.fetch("select * from ingest.quarantine") == before
    assert await scene.items() == {"accepted": 1, "quarantined": 1}


async def test_a_held_item_keeps_its_claim_so_that_its_copies_stay_copies(
    scene: Scene, tmp_path: Path
) -> None:
    first = await scene.post(unmapped(7))
    await scene.drain()
    copy = await scene.post(unmapped(7) | {"attemptNumber": 1})
    await scene.drain()
    mend(scene, tmp_path)
    late = await scene.post(unmapped(7) | {"attemptNumber": 2})
    await again(scene)
    await scene.drain()
    assert await scene.outcomes(first) == {"published": 1}
    for one in (copy, late):
        assert (await scene.outcomes(one))["items"] == [
            {"item": 0, "outcome": "duplicate", "of": f"{first}:0"}
        ]
    assert await scene.items() == {"accepted": 3, "published": 1, "duplicate": 2}
    assert set(scene.published_ids().values()) == {1}


@pytest.mark.parametrize(
    ("selection", "items"),
    [
        (Selection(sender="hubspot"), 3),
        (Selection(sender="nobody"), 0),
        (Selection(reason=Reason.UNKNOWN_TYPE.value), 1),
        (Selection(reason=Reason.UNMAPPED_STAGE.value), 2),
        (Selection(since=RECEIVED_AT), 3),
        (Selection(since=RECEIVED_AT + timedelta(seconds=1)), 0),
        (Selection(ids=(UUID(int=1),)), 0),
    ],
)
async def test_only_what_was_selected(scene: Scene, selection: Selection, items: int) -> None:
    await scene.post(unmapped(7), TELEPORTED)
    await scene.post(unmapped(8))
    await scene.drain()
    assert (await again(scene, selection)).items == items
    found = await scene.items()
    assert found.get("pending", 0) == items


async def test_items_of_a_sender_that_is_gone_are_left_alone(scene: Scene) -> None:
    await scene.post(unmapped(7))
    await scene.drain()
    scene.senders.clear()
    assert await again(scene) == Retried(0, 0)
    assert await scene.items() == {"accepted": 1, "quarantined": 1}


@pytest.mark.parametrize("place", ALL)
async def test_a_crash_of_the_relay_amid_a_retry_loses_nothing(
    scene: Scene, tmp_path: Path, place: str
) -> None:
    await scene.accept(*(raw([CREATED | {"eventId": n}, unmapped(n)]) for n in range(2_000, 2_005)))
    await scene.drain()
    mend(scene, tmp_path)
    await again(scene)
    assert await scene.drain(ArmedFailpoints(place)) == 1
    await scene.republish_lapsed()
    assert await scene.items() == {"accepted": 10, "published": 10}
    assert set((await scene.stored_ids()).values()) == {1}
    assert scene.published_ids().keys() == (await scene.stored_ids()).keys()


async def test_a_retry_waits_for_the_relay_that_holds_the_delivery(scene: Scene, tmp_path: Path) -> None:
    await scene.post(unmapped(7), TELEPORTED)
    await scene.drain()
    mend(scene, tmp_path)
    one, two = await held_ids(scene)
    await again(scene, Selection(ids=(one,)))
    async with scene.pool.acquire() as connection:
        relaying = connection.transaction()
        await relaying.start()
        await connection.fetch("select from ingest.intake where state = 'pending' for update")
        retrying = asyncio.create_task(again(scene, Selection(ids=(two,))))
        await asyncio.wait({retrying}, timeout=0.2)
        assert not retrying.done()
        await connection.execute("update ingest.intake set state = 'done', redo = null")
        await relaying.commit()
    assert await retrying == Retried(1, 1)
    assert await scene.pool.fetchval("select redo from ingest.intake") == [1]


async def test_no_retry_is_lost_to_relays_at_work(scene: Scene) -> None:
    """A relay that claims a delivery at the moment of a retry must see all that is to be done again."""
    await scene.accept(raw([TELEPORTED | {"eventId": n, "objectId": n} for n in range(8)]))
    await scene.drain()
    ids = await held_ids(scene)
    relays = [scene.relay() for _ in range(4)]

    async def relaying() -> None:
        for _ in range(6):
            await asyncio.gather(*(relay.run_once() for relay in relays))

    for _ in range(25):
        await scene.pool.execute("update ingest.quarantine set mapping = 'old'")
        await asyncio.gather(relaying(), *(again(scene, Selection(ids=(one,))) for one in ids))
        await scene.drain()
        left = await scene.pool.fetchval("select count(*) from ingest.quarantine where mapping = 'old'")
        assert left == 0
        assert await scene.items() == {"accepted": 8, "quarantined": 8}
    for relay in relays:
        await relay.close()
