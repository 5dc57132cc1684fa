"""The law of moves: whatever moved, however often, told in whatever order, the end is as if nothing had."""

import random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from leadtrace.testing.builders import entity_of
from leadtrace.testing.moving_worlds import MovingWorld, moving_worlds
from tests.integration.chain.runs import run
from tests.integration.chain.scene import THROUGH_THE_STORE, open_scene
from tests.integration.chain.told import NOTHING_KNOWN, expect_told, told


@settings(THROUGH_THE_STORE, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(world=moving_worlds(), seed=st.integers(0, 2**32))
async def test_moves_in_any_order_end_as_if_no_record_had_moved(
    database_url: str, world: MovingWorld, seed: int
) -> None:
    scene = await open_scene(database_url)
    try:
        settled, _, _ = await run(scene, world.settled)
        held, published, (_, attributed, _, attributed_facts, stuck) = await run(
            scene, world.events, chance=random.Random(seed)
        )
    finally:
        await scene.pool.close()
    assert (published, attributed, attributed_facts, stuck) == (held, len(world.events), attributed, 0)
    expected, found = told(settled), told(held)
    expect_told(expected, found)
    for (kind, entity), body in found.items():
        (founder,) = (subject for subject in world.homes if entity_of(subject) == entity)
        home = world.homes[founder]
        if (kind, entity) in expected:
            assert home == entity
        elif home != entity:
            assert body["redirect_to"] == str(home)
        else:
            assert "redirect_to" not in body
            assert not body.get(NOTHING_KNOWN[kind])
