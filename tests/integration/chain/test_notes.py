"""Notes: what a crash leaves unpublished is published by whoever finds it, and cleared."""

import time
from datetime import timedelta

import pytest

from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged, LeadUpdated
from leadtrace.events.snapshots import LEAD_SCORED
from leadtrace.runtime import loop as loop_module
from leadtrace.runtime.failpoints import (
    AFTER_FLUSH,
    AFTER_PRODUCE,
    AFTER_SAVE,
    BEFORE_COMMIT,
    ArmedFailpoints,
    CrashError,
)
from leadtrace.runtime.loop import Loop
from leadtrace.testing.builders import entity_of, event
from leadtrace.testing.published import newest, published
from tests.integration.chain.scene import Scene, scoring_handler

_LEAD = entity_of("contact/1")
_EVENTS = [event(LeadCaptured(), "contact/1", 1), event(LeadCaptured(), "contact/2", 2)]
_HELD = "select lead_id, revision from scoring.leads order by lead_id"
_NOTES = "select count(*) from scoring.notes"


async def _crash(scene: Scene, place: str, *, looked: bool = False) -> None:
    loop = scene.stage(scoring_handler()).loop(ArmedFailpoints(place))
    if looked:
        loop._looked_at = time.monotonic()
    with pytest.raises(CrashError):
        await loop.run_once()
    await loop.close()


async def _exhaust(loop: Loop) -> None:
    while await loop.run_once():
        pass


async def _assert_published_as_held(scene: Scene) -> None:
    held = [tuple(row) for row in await scene.pool.fetch(_HELD)]
    sent = newest(published(scene.bus, LEAD_SCORED))
    assert [(lead, sent[lead].revision) for lead in sorted(sent)] == held


@pytest.mark.parametrize(
    ("place", "sent"), [(AFTER_SAVE, 0), (AFTER_PRODUCE, 2), (AFTER_FLUSH, 2), (BEFORE_COMMIT, 2)]
)
async def test_a_crash_leaves_a_note_that_the_next_loop_publishes(
    scene: Scene, place: str, sent: int
) -> None:
    await scene.put(*_EVENTS)
    await _crash(scene, place)
    assert len(published(scene.bus, LEAD_SCORED)) == sent
    assert await scene.row(_NOTES) == (1,)
    await scene.stage(scoring_handler()).drain()
    assert len(published(scene.bus, LEAD_SCORED)) == sent + 2
    assert await scene.row(_NOTES) == (0,)
    await _assert_published_as_held(scene)


async def test_a_note_is_published_as_its_rows_stand_by_then(scene: Scene) -> None:
    await scene.put(_EVENTS[0])
    await _crash(scene, AFTER_SAVE)
    await scene.put(event(LeadUpdated(properties={"seniority": "c_level"}), "contact/1", 3))
    await _crash(scene, AFTER_SAVE, looked=True)
    assert await scene.row(_NOTES) == (2,)
    await scene.stage(scoring_handler()).drain()
    sent = published(scene.bus, LEAD_SCORED)
    assert len(sent) == 2
    assert len({one.revision for one in sent}) == 1
    await _assert_published_as_held(scene)


async def test_the_next_batch_clears_the_note_of_the_one_before(scene: Scene) -> None:
    loop = scene.stage(scoring_handler(), max_records=1).loop()
    seen = []
    for made in (*_EVENTS, event(LeadOwnerChanged(owner="anna"), "contact/1", 3)):
        await scene.put(made)
        await loop.run_once()
        seen.append(await scene.pool.fetchval("select array_agg(note_id::text) from scoring.notes"))
    await loop.close()
    assert all(len(notes) == 1 for notes in seen)
    assert len({notes[0] for notes in seen}) == 3
    # The last one stays until someone looks: it was published, and once more does no harm.
    await scene.stage(scoring_handler()).drain()
    assert await scene.row(_NOTES) == (0,)


async def test_a_batch_that_changes_nothing_clears_too_and_notes_nothing(scene: Scene) -> None:
    loop = scene.stage(scoring_handler()).loop()
    await scene.put(*_EVENTS)
    await loop.run_once()
    await scene.put(*_EVENTS)
    await loop.run_once()
    await loop.close()
    assert await scene.row(_NOTES) == (0,)
    assert len(published(scene.bus, LEAD_SCORED)) == 2


async def test_a_live_loop_leaves_the_young_notes_of_others_alone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_module, "_LEFT_BEHIND_EVERY_S", 0.0)
    live = scene.stage(scoring_handler()).loop()
    await live.run_once()
    other = scene.stage(scoring_handler(), group="other").loop(ArmedFailpoints(AFTER_SAVE))
    await scene.put(_EVENTS[0])
    with pytest.raises(CrashError):
        await _exhaust(other)
    await live._publish_left_behind()
    assert published(scene.bus, LEAD_SCORED) == []
    assert await scene.row(_NOTES) == (1,)
    await scene.pool.execute(
        "update scoring.notes set noted_at = now() - $1::interval", loop_module.NOTE_LEASE
    )
    await live._publish_left_behind()
    assert len(published(scene.bus, LEAD_SCORED)) == 1
    assert await scene.row(_NOTES) == (0,)
    await live.close()
    await other.close()


async def test_its_own_note_is_not_found_by_the_loop_that_has_just_published_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_module, "_LEFT_BEHIND_EVERY_S", 0.0)
    monkeypatch.setattr(loop_module, "NOTE_LEASE", timedelta(0))
    loop = scene.stage(scoring_handler()).loop()
    await scene.put(_EVENTS[0])
    await _exhaust(loop)
    await loop.close()
    assert len(published(scene.bus, LEAD_SCORED)) == 1
