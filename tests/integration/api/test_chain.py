"""From events to read models through the real loops: any arrival and any crash end in the same numbers."""

import random
from collections.abc import Sequence
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.scoring.history_fold import fold_by
from leadtrace.events.envelope import Event
from leadtrace.runtime import failpoints
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.failpoints import ArmedFailpoints
from leadtrace.testing.builders import outgoing
from leadtrace.testing.chain import Stage, make_bus, put
from leadtrace.testing.moving_worlds import MovingWorld, moving_worlds
from leadtrace.testing.worlds import worlds
from leadtrace_api.handlers import Projector
from leadtrace_attribution.handlers import AttributionHandler
from leadtrace_scoring.handlers import ScoringHandler
from tests.integration.api.conftest import SETTINGS
from tests.integration.api.ingested import store_event
from tests.integration.api.projection import RATES, Projection
from tests.integration.api.whole import forget_everything

_READ_MODELS = """
select 'lead', lead_id, to_jsonb(l) - 'outcome_revision' - 'score_revision' from api.leads l
union all select 'deal', deal_id, to_jsonb(d) - 'outcome_revision' from api.deals d
union all select 'visit', lead_id, to_jsonb(v) from api.visits v
union all select 'offer', lead_id, to_jsonb(o) from api.offers o
union all select 'posting', null, to_jsonb(p) from api.postings p where amount <> 0
order by 1, 2, 3
"""

Models = list[tuple[Any, ...]]


async def _run(
    projection: Projection, events: Sequence[Event], chance: random.Random | None = None
) -> tuple[Models, Any]:
    """The read models and rollups after the events; with `chance`, shuffled, copied, cut and crashed."""
    await forget_everything(projection.owner)
    async with projection.owner.acquire() as connection:
        for made in events:
            await store_event(connection, made)
    bus = await make_bus()
    records = [outgoing(made) for made in events]
    size = 5_000
    if chance is not None:
        records += [chance.choice(records) for _ in range(chance.randrange(len(records)))]
        chance.shuffle(records)
        size = chance.randint(1, 7)
    await put(bus, records)
    definitions, clock, days = live_definitions(), SystemClock(), Days(SETTINGS.zone)

    def armed() -> ArmedFailpoints | None:
        if chance is None or chance.random() < 0.4:
            return None
        return ArmedFailpoints(chance.choice(failpoints.ALL), after=chance.randint(1, 4))

    handlers = (
        ("scoring", ScoringHandler(fold_by(definitions, days), clock)),
        ("attribution", AttributionHandler(Schedule(definitions), clock, days, RATES)),
        ("api", Projector(projection.projector.relearner)),
    )
    for service, handler in handlers:
        await Stage(service, bus, projection.owner, handler, max_records=size).drain(armed)
    models = [tuple(row) for row in await projection.pool.fetch(_READ_MODELS)]
    rollups = await projection.rollups()
    assert rollups == await projection.recomputed()
    return models, rollups


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds(), seed=st.integers(0, 2**32))
async def test_any_arrival_and_any_crash_end_in_the_same_read_models(
    projection: Projection, client: httpx.AsyncClient, world: list[Event], seed: int
) -> None:
    clean = await _run(projection, world)
    chaotic = await _run(projection, world, random.Random(seed))
    assert chaotic == clean
    audit = (await client.get("/v1/audit/conservation")).json()
    assert (audit["balanced"], audit["pending"]) == (True, 0), audit


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=moving_worlds(), seed=st.integers(0, 2**32))
async def test_merges_and_splits_restate_every_number(
    projection: Projection, client: httpx.AsyncClient, world: MovingWorld, seed: int
) -> None:
    _, settled = await _run(projection, world.settled)
    _, moved = await _run(projection, world.events, random.Random(seed))
    assert moved == settled
    audit = (await client.get("/v1/audit/conservation")).json()
    assert (audit["balanced"], audit["pending"]) == (True, 0), audit
