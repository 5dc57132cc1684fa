"""The law of the set through the real store and loop: order, copies, batches, crashes change nothing."""

import random

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.events.envelope import Event
from leadtrace.testing.worlds import worlds
from tests.integration.chain.runs import run
from tests.integration.chain.scene import THROUGH_THE_STORE, open_scene


@THROUGH_THE_STORE
@given(world=worlds(), seed=st.integers(0, 2**32))
async def test_any_arrival_and_any_crash_end_in_the_same_snapshots(
    database_url: str, world: list[Event], seed: int
) -> None:
    scene = await open_scene(database_url)
    try:
        clean = await run(scene, world)
        chaotic = await run(scene, world, chance=random.Random(seed))
    finally:
        await scene.pool.close()
    assert chaotic == clean
    held, published, (scored, attributed, scored_facts, attributed_facts, stuck) = clean
    assert published == held
    assert scored == scored_facts == sum(not made.subject.startswith("deal/") for made in world)
    assert attributed == attributed_facts == len(world)
    assert stuck == 0
