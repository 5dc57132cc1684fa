"""Two members of a group that hold the same records after a rebalance: one result, no deadlock."""

import asyncio
import random
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged, LeadUpdated
from leadtrace.events.snapshots import DEAL_CONCLUDED, LEAD_CONCLUDED, LEAD_SCORED
from leadtrace.runtime.failpoints import AFTER_SAVE
from leadtrace.runtime.handler import Handler
from leadtrace.runtime.loop import Loop
from leadtrace.store.connection import Connection
from leadtrace.testing.builders import event, lead_ref, outgoing
from leadtrace.testing.chain import put
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.interrupted import InterruptedHandler
from leadtrace.testing.published import published
from leadtrace.testing.worlds import worlds
from tests.integration.chain.scene import (
    THROUGH_THE_STORE,
    Scene,
    attribution_handler,
    open_scene,
    scoring_handler,
)

_EVENTS = [
    event(LeadCaptured(), "contact/1", 1),
    event(LeadCaptured(properties={"country": "DE"}), "contact/2", 2),
    event(DealCreated(), "deal/1", 3),
    event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 4),
    event(DealLinked(lead=lead_ref("contact/2")), "deal/1", 5),
    event(DealUpdated(amount="99.99", currency="EUR"), "deal/1", 6),
    event(DealWon(claimed="closedwon"), "deal/1", 7),
    event(LeadOwnerChanged(owner="anna"), "contact/2", 8),
    event(LeadUpdated(properties={"seniority": "c_level"}), "contact/1", 9),
]
_SETTLED = """
select (select count(*) from scoring.seen), (select coalesce(sum(event_count), 0) from scoring.leads),
       (select count(*) from attribution.seen),
       (select coalesce(sum(event_count), 0) from attribution.leads)
       + (select coalesce(sum(event_count), 0) from attribution.deals)
"""
_DEADLINE_S = 30


class _Gate:
    """Holds a loop where it is until the test opens."""

    def __init__(self, place: str) -> None:
        self._place = place
        self.reached = asyncio.Event()
        self.open = asyncio.Event()

    async def reach(self, name: str) -> None:
        if name == self._place:
            self.reached.set()
            await self.open.wait()


def _assert_revisions_name_bodies(scene: Scene) -> None:
    """A revision names one body, and the higher one is the later."""
    for kind in (LEAD_SCORED, LEAD_CONCLUDED, DEAL_CONCLUDED):
        named: dict[tuple[UUID, int], bytes] = {}
        for one in published(scene.bus, kind):
            assert named.setdefault((one.entity_id, one.revision), one.body) == one.body
        in_order = sorted(named.items())
        for ((entity, _), body), ((following, _), next_body) in pairwise(in_order):
            assert entity != following or body != next_body


async def _exhaust(loop: Loop) -> None:
    try:
        while await loop.run_once():
            pass
    finally:
        await loop.close()


@pytest.mark.parametrize("service", ["scoring", "attribution"])
async def test_a_late_member_publishes_what_it_holds_while_another_has_read_on(
    scene: Scene, service: str
) -> None:
    clean = await scene.clean(_EVENTS)
    make = scoring_handler if service == "scoring" else attribution_handler
    await scene.put(*_EVENTS[:6])
    gate = _Gate(AFTER_SAVE)
    async with asyncio.timeout(_DEADLINE_S):
        late = asyncio.create_task(_exhaust(scene.stage(make()).loop(gate)))
        await gate.reached.wait()
        await scene.put(*_EVENTS[6:])
        await scene.stage(make()).drain()
        gate.open.set()
        await late
    await scene.settle()
    assert scene.read_by_others() == await scene.bodies() == clean
    _assert_revisions_name_bodies(scene)


@pytest.mark.parametrize("service", ["scoring", "attribution"])
async def test_both_in_one_transaction_s_way_take_turns(scene: Scene, service: str) -> None:
    clean = await scene.clean(_EVENTS)
    make = scoring_handler if service == "scoring" else attribution_handler
    await scene.put(*_EVENTS)
    entered, leave = asyncio.Event(), asyncio.Event()

    async def wait(_: Connection, call: int) -> None:
        if call == 1:
            entered.set()
            await leave.wait()

    async with asyncio.timeout(_DEADLINE_S):
        holding = asyncio.create_task(_exhaust(scene.stage(InterruptedHandler(make(), after=wait)).loop()))
        await entered.wait()
        rival = asyncio.create_task(_exhaust(scene.stage(make(), max_records=2, group="rival").loop()))
        waiting = "select count(*) from pg_locks where not granted"
        await eventually_answers(lambda: scene.pool.fetchval(waiting), what="the rival to wait")
        leave.set()
        await asyncio.gather(holding, rival)
    await scene.settle()
    assert scene.read_by_others() == await scene.bodies() == clean
    _assert_revisions_name_bodies(scene)


async def _read_beside(scene: Scene, handler: Handler, chance: random.Random, *, readers: int) -> None:
    """Several readers of everything at once, each cutting its batches in its own way.

    So each does what a member does that has not heard of the rebalance yet.
    """
    stages = [
        scene.stage(handler, max_records=chance.randint(1, 7), group=f"{handler.topics}-{number}")
        for number in range(readers)
    ]
    await asyncio.gather(*(stage.drain() for stage in stages))


@THROUGH_THE_STORE
@given(world=worlds(), seed=st.integers(0, 2**32))
async def test_any_interleaving_of_three_readers_ends_in_one_state(
    database_url: str, world: list[Event], seed: int
) -> None:
    chance = random.Random(seed)
    scene = await open_scene(database_url)
    try:
        clean = await scene.clean(world)
        records = [outgoing(made) for made in world]
        chance.shuffle(records)
        await put(scene.bus, records)
        async with asyncio.timeout(_DEADLINE_S):
            await _read_beside(scene, scoring_handler(), chance, readers=3)
            await _read_beside(scene, attribution_handler(), chance, readers=3)
        assert scene.read_by_others() == await scene.bodies() == clean
        _assert_revisions_name_bodies(scene)
        scored, scored_facts, attributed, attributed_facts = await scene.row(_SETTLED)
        assert scored == scored_facts
        assert attributed == attributed_facts == len(world)
    finally:
        await scene.pool.close()
