"""The law of corrections: what was corrected counts as if never told, in whatever order it comes."""

import random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from leadtrace.testing.corrected_worlds import CorrectedWorld, corrected_worlds
from tests.integration.chain.runs import run
from tests.integration.chain.scene import THROUGH_THE_STORE, open_scene
from tests.integration.chain.told import NOTHING_KNOWN, expect_told, told


@settings(THROUGH_THE_STORE, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(world=corrected_worlds(), seed=st.integers(0, 2**32))
async def test_what_was_corrected_counts_as_if_never_told(
    database_url: str, world: CorrectedWorld, seed: int
) -> None:
    scene = await open_scene(database_url)
    try:
        standing, _, _ = await run(scene, world.standing)
        held, published, (_, attributed, _, facts, stuck) = await run(
            scene, world.events, chance=random.Random(seed)
        )
    finally:
        await scene.pool.close()
    assert (published, attributed, facts, stuck) == (held, len(world.events), attributed, 0)
    expected, found = told(standing), told(held)
    expect_told(expected, found)
    for one in found.keys() - expected.keys():
        assert not found[one].get(NOTHING_KNOWN[one[0]])
