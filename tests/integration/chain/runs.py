"""Runs over the same events, undisturbed or with every disturbance there is."""

import random
from collections.abc import Sequence
from typing import Any

from leadtrace.events.envelope import Event
from leadtrace.runtime import failpoints
from leadtrace.runtime.failpoints import ArmedFailpoints
from leadtrace.testing.builders import outgoing
from leadtrace.testing.chain import put
from tests.integration.chain.scene import Bodies, Scene, attribution_handler, scoring_handler

_SETTLED = """
select (select count(*) from scoring.seen), (select count(*) from attribution.seen),
       (select coalesce(sum(event_count), 0) from scoring.leads),
       (select coalesce(sum(event_count), 0) from attribution.leads)
       + (select coalesce(sum(event_count), 0) from attribution.deals),
       (select count(*) from attribution.leads where stuck_error is not null)
"""


async def run(
    scene: Scene, events: Sequence[Event], *, chance: random.Random | None = None
) -> tuple[Bodies, Bodies, tuple[Any, ...]]:
    """What both services hold and have published; with `chance`, shuffled, copied, cut and crashed."""
    await scene.empty()
    records = [outgoing(made) for made in events]
    size = 5_000
    if chance is not None:
        records += [chance.choice(records) for _ in range(chance.randrange(len(records)))]
        chance.shuffle(records)
        size = chance.randint(1, 7)
    await put(scene.bus, records)

    def armed() -> ArmedFailpoints | None:
        if chance is None or chance.random() < 0.4:
            return None
        return ArmedFailpoints(chance.choice(failpoints.ALL), after=chance.randint(1, 4))

    await scene.stage(scoring_handler(), max_records=size).drain(armed)
    await scene.stage(attribution_handler(), max_records=size).drain(armed)
    return await scene.bodies(), scene.read_by_others(), await scene.row(_SETTLED)
