"""Replaying stored deliveries: the same events under the same numbers, outcomes anew, discards untouched."""

from datetime import timedelta
from pathlib import Path

import pytest

from leadtrace.runtime.failpoints import ALL, ArmedFailpoints
from leadtrace_ingest.quarantine.discard import Decision, discard
from leadtrace_ingest.quarantine.retry import retry
from leadtrace_ingest.quarantine.selection import Selection
from leadtrace_ingest.replay.redo import FIRST, EffectRow, Marked, Span, effect, mark, waiting
from tests.integration.ingest.mended import mend, spoil, unmapped
from tests.integration.ingest.scene import RECEIVED_AT, Scene
from tests.unit.ingest.hubspot_items import contact_property, item, raw

CREATED = item("contact.creation", eventId=1_000)
SOURCE = contact_property("hs_analytics_source", "OFFLINE", eventId=1_001)  # becomes two events
TELEPORTED = item("contact.teleported", eventId=1_002)
ALL_OF_IT = Span(RECEIVED_AT)
_EVENTS = "select * from ingest.events order by event_no"


async def replay(scene: Scene, span: Span = ALL_OF_IT, limit: int = 100) -> list[Marked]:
    """Mark page after page."""
    pages = [Marked(0, 0, FIRST)]
    while (after := pages[-1].next) is not None:
        async with scene.pool.acquire() as connection:
            pages.append(await mark(connection, span, list(scene.senders), after, limit))
    return pages[1:]


async def effect_of(scene: Scene, span: Span = ALL_OF_IT) -> tuple[int, list[EffectRow]]:
    """What a dry run shows."""
    async with scene.pool.acquire() as connection:
        return await effect(connection, span)


async def test_events_keep_their_numbers_and_are_published_again(scene: Scene) -> None:
    await scene.post(CREATED, SOURCE)
    await scene.post(SOURCE | {"attemptNumber": 1})
    await scene.drain()
    stored = await scene.pool.fetch(_EVENTS)
    assert await replay(scene) == [Marked(2, 3, None)]
    assert await scene.items() == {"accepted": 3, "pending": 3}
    await scene.drain()
    assert await scene.pool.fetch(_EVENTS) == stored
    assert set(scene.published_ids().values()) == {2}
    assert await scene.items() == {"accepted": 3, "published": 2, "duplicate": 1}


async def test_is_safe_to_run_twice(scene: Scene) -> None:
    await scene.post(CREATED, TELEPORTED)
    await scene.drain()
    before = await scene.items()
    assert await replay(scene) == [Marked(1, 2, None)]
    assert await replay(scene) == [Marked(0, 0, None)]
    await scene.drain()
    assert await replay(scene) == [Marked(1, 2, None)]
    await scene.drain()
    assert await scene.items() == before
    assert set((await scene.stored_ids()).values()) == {1}


async def test_outcomes_are_those_of_the_mapping_in_force(scene: Scene, tmp_path: Path) -> None:
    intake_id = await scene.post(CREATED, unmapped(7), TELEPORTED)
    await scene.drain()
    mend(scene, tmp_path)
    await replay(scene)
    await scene.drain()
    assert await scene.items() == {"accepted": 3, "published": 2, "quarantined": 1}
    assert (await scene.outcomes(intake_id))["published"] == 2
    assert await scene.pool.fetchval("select count(*) from ingest.quarantine") == 1


async def test_what_counts_goes_on_as_published_when_the_mapping_would_not_take_it_any_more(
    scene: Scene, tmp_path: Path
) -> None:
    qualified = contact_property("lifecyclestage", "marketingqualifiedlead", eventId=1_003)
    intake_id = await scene.post(CREATED, SOURCE, qualified, TELEPORTED)
    await scene.drain()
    before, stored = await scene.outcomes(intake_id), await scene.pool.fetch(_EVENTS)
    assert before["published"] == 3
    spoil(scene, tmp_path)
    await replay(scene)
    await scene.drain()
    assert await scene.outcomes(intake_id) == before
    assert await scene.items() == {"accepted": 4, "published": 3, "quarantined": 1}
    assert await scene.pool.fetch(_EVENTS) == stored
    assert set(scene.published_ids().values()) == {2}
    assert [item for (item,) in await scene.pool.fetch("select item from ingest.quarantine")] == [3]


async def test_one_chunk_of_old_and_new_publishes_both(scene: Scene) -> None:
    await scene.post(CREATED)
    await scene.drain()
    await replay(scene)
    await scene.post(SOURCE)
    await scene.drain()
    assert sorted(scene.published_ids().values()) == [1, 1, 2]
    assert set((await scene.stored_ids()).values()) == {1}


async def test_discarded_items_stay_discarded(scene: Scene) -> None:
    await scene.post(TELEPORTED, CREATED)
    await scene.post(TELEPORTED | {"eventId": 5, "objectId": 5})
    await scene.drain()
    await discard(scene.pool, Selection(), Decision("why", "who", RECEIVED_AT))
    assert await replay(scene) == [Marked(1, 1, None)]
    assert await scene.items() == {"accepted": 3, "pending": 1, "discarded": 2}
    await scene.drain()
    assert await scene.items() == {"accepted": 3, "published": 1, "discarded": 2}
    assert await scene.pool.fetchval("select count(*) from ingest.quarantine") == 0


async def test_one_joins_a_retry_that_no_relay_has_come_to(scene: Scene) -> None:
    await scene.post(CREATED, TELEPORTED)
    await scene.drain()
    await retry(scene.pool, Selection(), list(scene.senders))
    assert await replay(scene) == [Marked(1, 2, None)]
    await retry(scene.pool, Selection(), list(scene.senders))
    assert await scene.items() == {"accepted": 2, "pending": 2}
    await scene.drain()
    assert await scene.items() == {"accepted": 2, "published": 1, "quarantined": 1}


async def test_what_is_pending_for_the_first_time_is_not_counted_or_touched(scene: Scene) -> None:
    await scene.post(CREATED)
    assert await effect_of(scene) == (0, [])
    assert await replay(scene) == [Marked(0, 0, None)]


async def test_the_effect_is_told_by_sender_and_outcome_and_changes_nothing(scene: Scene) -> None:
    await scene.post(CREATED, SOURCE, TELEPORTED)
    await scene.post(TELEPORTED | {"attemptNumber": 1})
    await scene.drain()
    before = await scene.pool.fetch("select * from ingest.intake")
    assert await effect_of(scene) == (
        2,
        [
            EffectRow("hubspot", "duplicate", 1, 1),
            EffectRow("hubspot", "published", 2, 1),
            EffectRow("hubspot", "quarantined", 1, 1),
        ],
    )
    assert await scene.pool.fetch("select * from ingest.intake") == before


@pytest.mark.parametrize(
    ("span", "deliveries"),
    [
        (Span(RECEIVED_AT), 5),
        (Span(RECEIVED_AT + timedelta(microseconds=1)), 0),
        (Span(RECEIVED_AT - timedelta(days=9), RECEIVED_AT), 0),
        (Span(RECEIVED_AT - timedelta(days=9), RECEIVED_AT + timedelta(seconds=1)), 5),
        (Span(RECEIVED_AT, sender="hubspot"), 5),
        (Span(RECEIVED_AT, sender="salesforce"), 0),
    ],
)
async def test_only_the_span_that_was_named_page_by_page(scene: Scene, span: Span, deliveries: int) -> None:
    await scene.accept(*(raw([CREATED | {"eventId": n, "objectId": n}]) for n in range(5)))
    await scene.drain()
    assert (await effect_of(scene, span))[0] == deliveries
    pages = await replay(scene, span, limit=2)
    assert sum(page.deliveries for page in pages) == deliveries
    assert all(page.deliveries <= 2 for page in pages)
    async with scene.pool.acquire() as connection:
        assert await waiting(connection, list(scene.senders)) == deliveries


async def test_an_item_that_maps_otherwise_now_gets_no_second_set_of_events(scene: Scene) -> None:
    """A mapping that divides an item otherwise could give one identity to two events."""
    await scene.post(SOURCE)
    await scene.drain()
    stored = await scene.pool.fetch(_EVENTS)
    assert len(stored) == 2
    await scene.pool.execute("delete from ingest.events where part = 1")
    await replay(scene)
    await scene.drain()
    assert await scene.pool.fetch(_EVENTS) == stored[:1]


@pytest.mark.parametrize("place", ALL)
async def test_a_crash_amid_a_replay_loses_nothing(scene: Scene, place: str) -> None:
    await scene.accept(*(raw([CREATED | {"eventId": n, "objectId": n}, SOURCE]) for n in range(5)))
    await scene.drain()
    await replay(scene)
    assert await scene.drain(ArmedFailpoints(place)) == 1
    await scene.republish_lapsed()
    assert await scene.items() == {"accepted": 10, "published": 6, "duplicate": 4}
    assert set((await scene.stored_ids()).values()) == {1}
