"""Rebuilt rows equal the live ones on generated worlds, whatever order these came in and whatever comes."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.binding import DealRebound, Ground, LeadRebound, Rebound
from leadtrace.events.correction import Declaration, EventCorrected
from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadUpdated
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.generation.state import Rebuild, State
from leadtrace.testing.builders import DAY_ZERO, SOURCE, entity_of, event, lead_ref
from leadtrace.testing.corrected_worlds import corrected_worlds
from leadtrace.testing.moving_worlds import moving_worlds
from leadtrace.testing.worlds import worlds
from tests.integration.rebuild.scene import ORDER, Scene, Service, open_scene

_THROUGH_THE_STORE = settings(
    deadline=None,
    max_examples=settings().max_examples // 10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Records that move, and events that are corrected.
_RESTATED = st.one_of(
    moving_worlds().map(lambda world: world.events), corrected_worlds().map(lambda world: world.events)
)


def _expect_equal(rebuilds: Sequence[Rebuild]) -> None:
    for rebuild in rebuilds:
        assert (rebuild.state, rebuild.error) == (State.DONE, None)
        for name, table in rebuild.report.tables.items():
            assert (name, table.differing, table.differences) == (name, 0, [])
            assert table.live_sum == table.next_sum
        assert rebuild.report.published == 0


async def _expect_rebuilt_alike(database_url: str, world: list[Event], seed: int) -> None:
    scene = await open_scene(database_url)
    try:
        await scene.live_through(world, random.Random(seed))
        before = await scene.rows()
        _expect_equal(await scene.rebuild_all())
        # Also the revisions: a body that stayed as it was keeps the number that names it.
        assert await scene.rows() == before
    finally:
        await scene.close()


@_THROUGH_THE_STORE
@given(world=worlds(), seed=st.integers(0, 2**32))
async def test_rebuilt_rows_equal_live_ones_whatever_order_these_came_in(
    database_url: str, world: list[Event], seed: int
) -> None:
    await _expect_rebuilt_alike(database_url, world, seed)


@_THROUGH_THE_STORE
@given(world=worlds(), seed=st.integers(0, 2**32))
async def test_what_comes_during_a_rebuild_is_in_both_generations(
    database_url: str, world: list[Event], seed: int
) -> None:
    chance = random.Random(seed)
    scene = await open_scene(database_url)
    try:
        await scene.empty()
        chance.shuffle(world)
        known, coming = world[: len(world) // 2], world[len(world) // 2 :]
        await scene.put(*known)
        await scene.settle()
        for name in ORDER:
            await _rebuild_amid(scene, scene[name], coming, chance)
        await scene.put(*coming)
        await scene.settle()
        rebuilt = await scene.rows()
        _expect_equal(await scene.rebuild_all())
        assert await scene.rows() == rebuilt
    finally:
        await scene.close()


@_THROUGH_THE_STORE
@given(world=_RESTATED, seed=st.integers(0, 2**32))
async def test_rows_are_rebuilt_where_records_moved_and_events_were_corrected(
    database_url: str, world: list[Event], seed: int
) -> None:
    await _expect_rebuilt_alike(database_url, world, seed)


def _moved(subject: str, *, to: str, revision: int, number: int, at: datetime | None = None) -> list[Event]:
    """What ingest tells all that are concerned when a contact that founded its own lead joins another's."""
    home, joined = entity_of(subject), entity_of(to)
    told = Rebound(SOURCE, subject, str(home), str(home), str(joined), revision, Ground.MERGED)
    return [
        event(LeadRebound(bindings=(told,)), f"lead/{one}", number + place, at=at, partitionkey=str(one))
        for place, one in enumerate(sorted({home, joined}))
    ]


@pytest.mark.parametrize("seed", range(6))
async def test_records_that_moved_are_rebuilt_where_they_are_now(scene: Scene, seed: int) -> None:
    events = [
        *(event(LeadCaptured(), f"contact/{number}", number) for number in (1, 2, 3)),
        event(DealCreated(), "deal/1", 4),
        event(DealLinked(lead=lead_ref("contact/2")), "deal/1", 5),
        event(DealWon(claimed="closedwon"), "deal/1", 6),
        *_moved("contact/2", to="contact/1", revision=2, number=7),
        *_moved("contact/3", to="contact/1", revision=2, number=9),
        event(LeadUpdated(properties={"country": "DE"}), "contact/2", 11),
    ]
    random.Random(seed).shuffle(events)
    await scene.put(*events)
    await scene.settle(max_records=2)
    joined = "select count(*) from scoring.leads where redirect_to = $1"
    assert await scene.owner.fetchval(joined, entity_of("contact/1")) == 2
    before = await scene.rows()
    _expect_equal(await scene.rebuild_all())
    assert await scene.rows() == before


async def test_the_days_of_a_lead_do_not_tell_of_moves_of_others_on_its_deal(scene: Scene) -> None:
    """A contact on the same deal is merged elsewhere, which changes nothing for this lead."""
    late = DAY_ZERO + timedelta(days=2)
    amount = event(DealUpdated(amount="10", currency="EUR"), "deal/1", 5, recorded=late)
    wrong = EventCorrected(
        event=amount.id, source=SOURCE, corrects=amount.type, declaration=Declaration.DID_NOT_OCCUR
    )
    told = [event(LeadCaptured(), f"contact/{number}", number, recorded=late) for number in (1, 2, 3)]
    linked = [
        event(DealLinked(lead=lead_ref(f"contact/{number}")), "deal/1", 5 + number, recorded=late)
        for number in (1, 2)
    ]
    await scene.put(*told, amount, *linked, event(wrong, "deal/1", 8, recorded=late))
    await scene.settle()
    await scene.put(*_moved("contact/1", to="contact/3", revision=2, number=10, at=late))
    await scene.settle()
    before = await scene.rows()
    _expect_equal(await scene.rebuild_all())
    assert await scene.rows() == before


@pytest.mark.parametrize("first", [0, 1, 2, 3, 4])
async def test_a_link_leaves_nothing_with_a_deal_that_its_record_left(scene: Scene, first: int) -> None:
    """A deal was merged by mistake; its link was told meanwhile, and comes before or after the news of it."""
    home, other = str(entity_of("deal/1")), str(entity_of("deal/2"))
    merged = Rebound(SOURCE, "deal/1", home, home, other, 2, Ground.MERGED)
    apart = Rebound(SOURCE, "deal/1", home, other, home, 3, Ground.SPLIT)
    told = [
        event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 5, partitionkey=other),
        event(DealRebound(bindings=(merged,)), f"deal/{home}", 6, partitionkey=home),
        event(DealRebound(bindings=(merged,)), f"deal/{other}", 7, partitionkey=other),
        event(DealRebound(bindings=(apart,)), f"deal/{home}", 8, partitionkey=home),
        event(DealRebound(bindings=(apart,)), f"deal/{other}", 9, partitionkey=other),
    ]
    both = [event(DealCreated(), "deal/1", 1), event(DealCreated(), "deal/2", 2)]
    for made in (event(LeadCaptured(), "contact/1", 3), *both, *told[first:], *told[:first]):
        await scene.put(made)
        await scene.settle()
    before = await scene.rows()
    _expect_equal(await scene.rebuild_all())
    assert await scene.rows() == before


async def _rebuild_amid(scene: Scene, service: Service, coming: list[Event], chance: random.Random) -> None:
    """Rebuild page by page, each by a process that then dies, while the live loops take in what comes."""
    await service.rebuilder().begin(takes_over=True, by="test")
    while (rebuild := await service.newest()).state is State.RUNNING:
        rebuilder = service.rebuilder(size=chance.randint(1, 4))
        if rebuild.step < len(rebuilder.steps):
            await service.page(rebuilder, rebuild)
        else:
            await rebuilder.work(UUID(int=1), StopSignal())
        if coming and chance.random() < 0.4:
            await scene.put(coming.pop())
            for name in ORDER[: chance.randint(1, 3)]:
                await scene[name].read(max_records=chance.randint(1, 3))
