"""The law of corrections: what was corrected counts as if never told, in whatever order it comes."""

import random
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from leadtrace.testing.corrected_worlds import CorrectedWorld, corrected_worlds
from tests.integration.chain.runs import run
from tests.integration.chain.scene import THROUGH_THE_STORE, Bodies, open_scene


def _told(bodies: Bodies) -> dict[tuple[str, UUID], dict[str, Any]]:
    told = {(kind, entity): msgspec.json.decode(body) for kind, entity, body in bodies}
    for body in told.values():
        # When something became known is of corrections, too.
        body.pop("known", None)
    return told


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
    expected, found = _told(standing), _told(held)
    assert expected.keys() <= found.keys()
    for one, body in expected.items():
        assert {name: found[one].get(name) for name in body | found[one]} == {
            name: body.get(name) for name in body | found[one]
        }
    for one in found.keys() - expected.keys():
        known = {"outcome": "captured_at", "score": "at", "deal": "created_at"}[one[0]]
        assert not found[one].get(known)
