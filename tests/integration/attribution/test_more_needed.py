"""A deal linked to more leads than were guessed: the batch begins again with the longer list."""

import asyncio
from uuid import UUID

import pytest

from leadtrace.bus.protocol import Record
from leadtrace.events.deal import DealCreated, DealLinked, DealUnlinked, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured
from leadtrace.store.connection import Connection
from leadtrace.testing.builders import entity_of, event, lead_ref, outgoing
from leadtrace.testing.chain import put
from leadtrace.testing.interrupted import InterruptedHandler
from leadtrace_attribution.store import LEADS, linked_leads, unpack_ids
from tests.integration.chain.scene import Scene, attribution_handler

_DEAL = entity_of("deal/1")
_BEFORE = [
    event(LeadCaptured(), "contact/1", 1),
    event(LeadCaptured(), "contact/2", 2),
    event(DealCreated(), "deal/1", 3),
    event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 4),
]
_MOVED = [
    event(DealUnlinked(lead=lead_ref("contact/1")), "deal/1", 5),
    event(DealLinked(lead=lead_ref("contact/2")), "deal/1", 6),
]
_AFTER = [
    event(DealUpdated(amount="10.00", currency="EUR"), "deal/1", 7),
    event(DealWon(claimed="closedwon"), "deal/1", 8),
]
_DEADLINE_S = 20


class _Locked:
    """Which leads each attempt asked to lock beside those of the batch."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.attempts: list[set[UUID]] = []
        lock = LEADS.lock

        async def watched(connection: Connection, ids: object) -> object:
            self.attempts.append(set(ids))  # type: ignore[call-overload]
            return await lock(connection, ids)  # type: ignore[arg-type]

        patch.setattr(LEADS, "lock", watched)


async def _apply_elsewhere(scene: Scene, events: list[Event]) -> None:
    """Another member takes in these events and no others."""
    sent = [outgoing(made) for made in events]
    records = [Record(one.topic, 0, number, one.key, one.value) for number, one in enumerate(sent)]
    async with scene.pool.acquire() as connection, connection.transaction():
        applied = await attribution_handler().apply(connection, records, frozenset())
    await put(scene.bus, applied.outgoing)


async def test_a_link_that_moves_between_guess_and_lock_is_noticed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rival moves the deal while the loop, which guessed the old lead, waits for the lock on it."""
    events = [*_BEFORE, *_MOVED, *_AFTER]
    clean = await scene.clean(events)
    await scene.put(*_BEFORE)
    await scene.settle()
    one, two = entity_of("contact/1"), entity_of("contact/2")
    async with scene.pool.acquire() as connection:
        assert await linked_leads(connection, [_DEAL]) == {one}
    locked = _Locked(monkeypatch)
    guessed, moved = asyncio.Event(), asyncio.Event()
    real_lock = LEADS.lock

    async def wait_before_the_lock(connection: Connection, ids: object) -> object:
        if not guessed.is_set():
            guessed.set()
            await moved.wait()
        return await real_lock(connection, ids)  # type: ignore[arg-type]

    monkeypatch.setattr(LEADS, "lock", wait_before_the_lock)
    async with asyncio.timeout(_DEADLINE_S):
        await scene.put(*_AFTER)
        slow = asyncio.create_task(scene.stage(attribution_handler()).drain())
        await guessed.wait()
        await _apply_elsewhere(scene, _MOVED)
        moved.set()
        await slow
    # The slow loop's first attempt asked for the old lead alone, the one after it for both.
    assert locked.attempts[-2:] == [{one}, {one, two}]
    await scene.settle()
    assert await scene.bodies() == clean
    assert scene.read_by_others() == clean
    packed = await scene.row("select lead_ids from attribution.deals")
    assert set(unpack_ids(*packed)) == {one, two}


async def test_a_refold_that_needs_more_leads_begins_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.put(*_BEFORE)
    await scene.settle()
    # As a row looks whose links were never guessed: the fold alone knows them.
    await scene.pool.execute("update attribution.deals set lead_ids = null, state = null")
    locked = _Locked(monkeypatch)
    clean = await scene.bodies()
    await scene.put(*_AFTER)
    handler = InterruptedHandler(attribution_handler())
    await scene.stage(handler).drain()
    assert handler.calls == 2
    assert locked.attempts == [set(), {entity_of("contact/1")}]
    assert await scene.bodies() != clean
    await scene.settle()
    assert await scene.bodies() == await scene.clean([*_BEFORE, *_AFTER])


@pytest.mark.parametrize("turns", range(3))
async def test_deals_and_leads_that_cross_never_deadlock(scene: Scene, turns: int) -> None:
    """Two readers, each moving its own deal from one lead to the other while the other does the opposite."""
    leads = ("contact/1", "contact/2")
    events: list[Event] = [event(LeadCaptured(), lead, n) for n, lead in enumerate(leads, start=1)]
    for number in range(3, 40):
        deal, lead = f"deal/{number % 2}", leads[(number // 2 + number) % 2]
        kind = DealUnlinked if number % 3 == turns else DealLinked
        events.append(event(kind(lead=lead_ref(lead)), deal, number))
    clean = await scene.clean(events)
    await scene.put(*events)
    async with asyncio.timeout(_DEADLINE_S):
        await asyncio.gather(
            *(
                scene.stage(attribution_handler(), max_records=size, group=f"reader-{size}").drain()
                for size in (1, 2, 3)
            )
        )
        await scene.settle()
    assert await scene.bodies() == clean
    assert await scene.row("select count(*) from attribution.dead_letters") == (0,)
