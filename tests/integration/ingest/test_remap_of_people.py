"""A remap compares what is sealed as it was told, and leaves alone who was erased."""

from datetime import timedelta
from pathlib import Path

from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.vault import wrapper_of
from leadtrace_ingest.erasure.eraser import Eraser
from leadtrace_ingest.replay.preview import Preview, preview
from leadtrace_ingest.replay.redo import FIRST, Span, mark
from tests.integration.ingest.mended import put_in_force, shipped
from tests.integration.ingest.opened import person_of
from tests.integration.ingest.scene import RECEIVED_AT, Scene
from tests.unit.ingest.hubspot_items import AT_MS, contact_property, item

_SPAN = Span(RECEIVED_AT - timedelta(days=1))
_LATER = RECEIVED_AT + timedelta(days=1)
_RULE = "phone: {means: personal, as: phone}"
_OTHERWISE = "phone: {means: personal, as: telephone}"
_DAY_MS = 86_400_000
PHONE = "+4915770012399"


async def previewed(scene: Scene) -> Preview:
    async with scene.pool.acquire() as connection:
        return await preview(connection, _SPAN, scene.senders, wrapper_of(), after=FIRST, limit=100)


async def remap(scene: Scene) -> None:
    async with scene.pool.acquire() as connection:
        await mark(connection, _SPAN, list(scene.senders), FIRST, 100, remap_at=_LATER)
    await scene.drain()


async def erase(scene: Scene) -> None:
    """Contact 501 is forgotten, as of the moment of the items."""
    await scene.post(item("contact.privacyDeletion", eventId=99))
    await scene.drain()
    eraser = Eraser(scene.tools, FrozenClock(RECEIVED_AT), StopSignal())
    while await eraser.run_once():
        pass


def corrections(scene: Scene) -> int:
    return sum("event.corrected" in event.type for event in scene.published())


async def test_what_was_told_the_same_is_left_alone_though_it_is_sealed(scene: Scene) -> None:
    await scene.post(contact_property("phone", PHONE))
    await scene.drain()
    assert (await previewed(scene)).corrected == 0
    await remap(scene)
    assert corrections(scene) == 0


async def test_what_a_mended_mapping_tells_otherwise_is_put_right_sealed(
    scene: Scene, tmp_path: Path
) -> None:
    await scene.post(contact_property("phone", PHONE))
    await scene.drain()
    text = shipped()
    assert _RULE in text
    put_in_force(scene, tmp_path / "otherwise.yaml", text.replace(_RULE, _OTHERWISE))
    (change, _) = (await previewed(scene)).changes
    assert change.where.startswith("data.personal.")
    await remap(scene)
    assert corrections(scene) == 1
    (right,) = [event for event in scene.published() if event.id.endswith("#remap-1")]
    person = await person_of(scene.pool, right)
    assert person is not None
    assert person.other == {"telephone": PHONE}
    assert (await previewed(scene)).corrected == 0


async def test_who_was_erased_is_mapped_by_nobody_again(scene: Scene, tmp_path: Path) -> None:
    await scene.post(contact_property("phone", PHONE))
    await scene.post(
        contact_property("phone", PHONE, eventId=2), item("contact.creation", eventId=3, objectId=7)
    )
    await scene.drain()
    await erase(scene)
    put_in_force(scene, tmp_path / "otherwise.yaml", shipped().replace(_RULE, _OTHERWISE))
    shown = await previewed(scene)
    assert (shown.items, shown.corrected, shown.refused) == (1, 0, 0)  # the neighbour alone
    await remap(scene)
    assert corrections(scene) == 0
    assert set(await scene.items()) == {"accepted", "published"}


async def test_who_came_back_is_put_right_under_their_own_name(scene: Scene, tmp_path: Path) -> None:
    await erase(scene)
    await scene.post(contact_property("phone", PHONE, eventId=2, occurredAt=AT_MS + _DAY_MS // 1_440))
    await scene.drain()
    assert (await previewed(scene)).corrected == 0
    put_in_force(scene, tmp_path / "otherwise.yaml", shipped().replace(_RULE, _OTHERWISE))
    await remap(scene)
    mine = [event for event in scene.published() if "#remap-1" in event.id]
    assert len(mine) == 2
    assert {event.subject for event in mine} == {"contact/501#after-erasure-1"}
    assert len({event.partitionkey for event in mine}) == 1


async def test_an_end_that_a_return_took_along_is_no_business_of_a_mapping(scene: Scene) -> None:
    await erase(scene)
    minute = _DAY_MS // 1_440
    await scene.post(item("contact.deletion", eventId=2, occurredAt=AT_MS + 3 * minute))
    await scene.drain()
    await scene.post(contact_property("phone", PHONE, eventId=3, occurredAt=AT_MS + 2 * minute))
    await scene.drain()
    (told,) = [event for event in scene.published() if event.id.endswith("#after-return")]
    assert (told.type, told.subject) == ("io.leadtrace.lead.deleted.v1", "contact/501#after-erasure-1")
    (void,) = [event for event in scene.published() if event.id.endswith("#after-return.void")]
    assert void.subject == "contact/501"
    assert void.partitionkey != told.partitionkey
    assert (await previewed(scene)).corrected == 0
