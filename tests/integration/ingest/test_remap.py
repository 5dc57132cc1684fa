"""Mapping again: what would now differ is corrected and told as it is, once; what is equal is left alone."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from leadtrace.events.correction import Declaration, EventCorrected
from leadtrace.events.envelope import Event
from leadtrace.runtime.failpoints import ALL, ArmedFailpoints
from leadtrace.testing.vault import wrapper_of
from leadtrace_ingest.replay.preview import Preview, preview
from leadtrace_ingest.replay.redo import FIRST, Marked, Span, mark
from leadtrace_ingest.senders.sender import Sender
from tests.integration.ingest.entries import file
from tests.integration.ingest.mended import put_in_force, shipped, spoil
from tests.integration.ingest.scene import RECEIVED_AT, Scene
from tests.unit.ingest.event_items import JSON, event, events_adapter
from tests.unit.ingest.hubspot_items import contact_property, item

CREATED = item("contact.creation", eventId=1_000)
SOURCE = contact_property("hs_analytics_source", "OFFLINE", eventId=1_001)  # becomes two events
STAGE = contact_property("lifecyclestage", "marketingqualifiedlead", eventId=1_002)
_MQL, _SQL = "{id: marketingqualifiedlead, is: mql}", "{id: marketingqualifiedlead, is: sql}"
_ALL_OF_IT = Span(RECEIVED_AT)
_LATER = RECEIVED_AT + timedelta(days=3)


async def _remap(scene: Scene) -> Marked:
    async with scene.pool.acquire() as connection:
        return await mark(connection, _ALL_OF_IT, list(scene.senders), FIRST, 100, remap_at=_LATER)


async def _previewed(scene: Scene) -> Preview:
    async with scene.pool.acquire() as connection:
        return await preview(connection, _ALL_OF_IT, scene.senders, wrapper_of(), after=FIRST, limit=100)


def _otherwise(scene: Scene, folder: Path) -> None:
    """Map the stage to another one from now on, as who mended a wrong row does."""
    text = shipped()
    assert _MQL in text
    put_in_force(scene, folder / "otherwise.yaml", text.replace(_MQL, _SQL))


def _once(scene: Scene, kind: str) -> list[Event]:
    """Each event of a type that was published, however often."""
    found = {event.id: event for event in scene.published() if event.type == f"io.leadtrace.{kind}.v1"}
    return list(found.values())


def _ids(scene: Scene, kind: str) -> set[str]:
    return {event.id for event in _once(scene, kind)}


async def test_what_would_differ_is_corrected_and_told_as_it_is(scene: Scene, tmp_path: Path) -> None:
    await scene.post(CREATED, STAGE)
    await scene.drain()
    (wrong,) = _once(scene, "lead.stage_changed")
    before = await scene.items()
    _otherwise(scene, tmp_path)
    await _remap(scene)
    await scene.drain()
    (correction,) = _once(scene, "event.corrected")
    told = msgspec.json.decode(correction.data, type=EventCorrected)
    (right,) = [event for event in _once(scene, "lead.stage_changed") if event.id != wrong.id]
    assert told == EventCorrected(
        event=wrong.id,
        corrects="lead.stage_changed",
        declaration=Declaration.INCORRECT_DATA,
        reason="mapped again by hubspot@3: data.stage",
        corrective=(right.id,),
    )
    assert (correction.subject, correction.partitionkey) == (wrong.subject, wrong.partitionkey)
    assert (right.time, right.sequence, right.subject) == (wrong.time, wrong.sequence, wrong.subject)
    assert msgspec.json.decode(right.data)["stage"] == "sql"
    # Known from when it was ordered, so that what was known before stays as it was.
    assert (correction.recordedtime, right.recordedtime, wrong.recordedtime) == (_LATER, _LATER, RECEIVED_AT)
    assert await scene.items() == before
    assert set((await scene.stored_ids()).values()) == {1}


async def test_what_is_equal_is_left_alone_and_twice_is_once(scene: Scene, tmp_path: Path) -> None:
    await scene.post(CREATED, SOURCE, STAGE)
    await scene.drain()
    stored = await scene.stored_ids()
    await _remap(scene)
    await scene.drain()
    assert await scene.stored_ids() == stored
    _otherwise(scene, tmp_path)
    for _ in range(3):
        await _remap(scene)
        await scene.drain()
    assert sum((await scene.stored_ids()).values()) == sum(stored.values()) + 2
    assert len(_once(scene, "event.corrected")) == 1


async def test_what_is_told_no_longer_is_corrected_and_what_is_refused_is_kept(
    scene: Scene, tmp_path: Path
) -> None:
    await scene.post(CREATED, SOURCE, STAGE)
    await scene.drain()
    stored = await scene.stored_ids()
    spoil(scene, tmp_path)  # the source is ignored, the stage unknown
    shown = await _previewed(scene)
    assert (shown.items, shown.corrected, shown.corrective, shown.refused) == (3, 2, 0, 1)
    await _remap(scene)
    await scene.drain()
    assert len(await scene.stored_ids()) == len(stored) + 2
    corrected = {msgspec.json.decode(one.data)["event"] for one in _once(scene, "event.corrected")}
    of_source = {*_ids(scene, "touchpoint.recorded"), *_ids(scene, "lead.updated")}
    assert len(of_source) == 2
    assert corrected == of_source
    assert await scene.items() == {"accepted": 3, "published": 3}


async def test_a_mapping_put_back_tells_the_first_events_anew(scene: Scene, tmp_path: Path) -> None:
    await scene.post(CREATED, STAGE)
    await scene.drain()
    for change in (
        _otherwise,
        spoil,
        lambda scene, folder: put_in_force(scene, folder / "as_was", shipped()),
    ):
        change(scene, tmp_path)
        await _remap(scene)
        await scene.drain()
    stages = _once(scene, "lead.stage_changed")
    void = {msgspec.json.decode(one.data)["event"] for one in _once(scene, "event.corrected")}
    standing = [event for event in stages if event.id not in void]
    assert [msgspec.json.decode(event.data)["stage"] for event in standing] == ["mql"]
    assert len(stages) == 3


async def test_the_preview_counts_what_differs_and_where_and_changes_nothing(
    scene: Scene, tmp_path: Path
) -> None:
    await scene.post(CREATED, STAGE)
    await scene.post(STAGE | {"objectId": 8, "eventId": 1_008})
    await scene.drain()
    stored = await scene.stored_ids()
    assert (await _previewed(scene)).changes == []
    _otherwise(scene, tmp_path)
    shown = await _previewed(scene)
    assert (shown.deliveries, shown.items, shown.corrected, shown.corrective) == (2, 3, 2, 2)
    (change,) = shown.changes
    assert (change.sender, change.type, change.where) == ("hubspot", "lead.stage_changed", "data.stage")
    assert (change.count, len(change.events), shown.next) == (2, 2, None)
    assert await scene.stored_ids() == stored
    assert await scene.items() == {"accepted": 3, "published": 3}


async def test_a_sender_may_name_its_events_as_we_name_our_corrections(scene: Scene) -> None:
    scene.senders["app"] = Sender("app", 50, b"https://hooks.example", events_adapter())
    wrong = {"event": "wrong", "corrects": "touchpoint.recorded", "declaration": "did_not_occur"}
    told = [
        event("touchpoint.recorded", {"channel": "email"}, id="wrong"),
        event("touchpoint.recorded", {"channel": "email"}, id="right.void-1"),
        event("event.corrected", wrong, id="wrong#remap-1.void-0"),
    ]
    for one in told:
        await file(scene, "app", msgspec.json.encode(one), headers={"content-type": JSON})
    await scene.drain()
    stored = await scene.stored_ids()
    assert set(stored) == {("app", str(one["id"])) for one in told}
    assert (await _previewed(scene)).changes == []
    await _remap(scene)
    await scene.drain()
    assert await scene.stored_ids() == stored


@pytest.mark.parametrize("place", ALL)
async def test_a_crash_anywhere_puts_right_once(scene: Scene, tmp_path: Path, place: str) -> None:
    await scene.post(CREATED, STAGE)
    await scene.drain()
    _otherwise(scene, tmp_path)
    await _remap(scene)
    await scene.drain(ArmedFailpoints(place))
    await scene.republish_lapsed()
    assert len(_once(scene, "event.corrected")) == 1
    assert set((await scene.stored_ids()).values()) == {1}
    assert sum((await scene.stored_ids()).values()) == 4
