"""Rows are rebuilt as they are though some of their events are kept no longer."""

import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.envelope import Event
from leadtrace.store.generation.state import State
from leadtrace.testing.corrected_worlds import corrected_worlds
from leadtrace.testing.lapsing import lapse
from leadtrace.testing.moving_worlds import moving_worlds
from leadtrace.testing.worlds import worlds
from tests.integration.rebuild.scene import Scene, open_scene

_THROUGH_THE_STORE = settings(
    deadline=None,
    max_examples=max(5, settings().max_examples // 10),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_WORLDS = st.one_of(
    worlds(),
    moving_worlds().map(lambda world: world.events),
    corrected_worlds().map(lambda world: world.events),
)


async def _lapse_some(scene: Scene, world: list[Event], chance: random.Random, share: float) -> list[int]:
    numbers = [int(one.eventno) for one in world if chance.random() < share]
    await lapse(scene.owner, numbers)
    return numbers


async def _expect_the_same_rows(scene: Scene, lapsed: list[int]) -> None:
    before = await scene.rows()
    rebuilds = await scene.rebuild_all()
    for rebuild in rebuilds:
        assert (rebuild.state, rebuild.error, rebuild.report.published) == (State.DONE, None, 0)
        assert {name: one.differences for name, one in rebuild.report.tables.items() if one.differing} == {}
    assert await scene.rows() == before
    # Attribution reads every event that these worlds know.
    assert rebuilds[1].report.lapsed == len(lapsed)


@_THROUGH_THE_STORE
@given(world=_WORLDS, seed=st.integers(0, 2**32), share=st.sampled_from((0.2, 0.6, 1.0)))
async def test_rows_are_rebuilt_as_they_are_whatever_is_kept_no_longer(
    database_url: str, world: list[Event], seed: int, share: float
) -> None:
    chance = random.Random(seed)
    scene = await open_scene(database_url)
    try:
        await scene.live_through(world, chance)
        lapsed = await _lapse_some(scene, world, chance, share)
        await _expect_the_same_rows(scene, lapsed)
        await _expect_the_same_rows(scene, lapsed)
    finally:
        await scene.close()


@_THROUGH_THE_STORE
@given(world=_WORLDS, seed=st.integers(0, 2**32))
async def test_what_comes_afterwards_is_folded_as_if_everything_were_kept(
    database_url: str, world: list[Event], seed: int
) -> None:
    chance = random.Random(seed)
    scene = await open_scene(database_url)
    try:
        chance.shuffle(world)
        known, coming = world[: len(world) // 2], world[len(world) // 2 :]
        rows = []
        for share in (0.0, 0.7):
            await scene.empty()
            await scene.put(*known)
            await scene.settle()
            lapsed = await _lapse_some(scene, known, chance, share)
            if share:
                await _expect_the_same_rows(scene, lapsed)
            await scene.put(*coming)
            await scene.settle()
            rows.append(await _said(scene))
            if share:
                await _expect_the_same_rows(scene, lapsed)
        assert rows[0] == rows[1]
    finally:
        await scene.close()


async def _said(scene: Scene) -> object:
    """The snapshots of all leads and deals."""
    leads = "select lead_id, convert_from(body, 'utf8') from {}.leads where body is not null order by 1"
    deals = (
        "select deal_id, convert_from(body, 'utf8') from attribution.deals where body is not null order by 1"
    )
    asked = (leads.format("scoring"), leads.format("attribution"), deals)
    return [[tuple(row) for row in await scene.owner.fetch(one)] for one in asked]
