"""The law of the set through the real store and loop: order, copies, batches, crashes change nothing."""

import random
from collections.abc import Sequence
from typing import Any

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.events.envelope import Event
from leadtrace.runtime import failpoints
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.failpoints import ArmedFailpoints
from leadtrace.store.connection import Pool
from leadtrace.testing.builders import outgoing
from leadtrace.testing.chain import Stage, make_bus, put
from leadtrace.testing.worlds import worlds
from leadtrace_attribution.handlers import AttributionHandler
from leadtrace_scoring.handlers import ScoringHandler

_TABLES = {
    "scoring": ("leads", "notes", "seen", "dead_letters"),
    "attribution": ("leads", "deals", "notes", "seen", "dead_letters"),
}
_BODIES = """
select 'score', lead_id, body from scoring.leads where body is not null
union all select 'outcome', lead_id, body from attribution.leads where body is not null
union all select 'deal', deal_id, body from attribution.deals where body is not null
order by 1, 2
"""
_SETTLED = """
select (select count(*) from scoring.seen), (select count(*) from attribution.seen),
       (select coalesce(sum(event_count), 0) from scoring.leads),
       (select coalesce(sum(event_count), 0) from attribution.leads)
       + (select coalesce(sum(event_count), 0) from attribution.deals),
       (select count(*) from attribution.leads where stuck_error is not null)
"""


async def _empty(pool: Pool) -> None:
    for schema, tables in _TABLES.items():
        names = ", ".join(f"{schema}.{table}" for table in tables)
        await pool.execute(f"truncate {names}")


async def _run(
    pool: Pool, events: Sequence[Event], *, chance: random.Random | None = None
) -> tuple[list[tuple[Any, ...]], tuple[Any, ...]]:
    """What both services hold after the events; with `chance`, shuffled, copied, cut and crashed."""
    await _empty(pool)
    bus = await make_bus()
    records = [outgoing(made) for made in events]
    size = 5_000
    if chance is not None:
        records += [chance.choice(records) for _ in range(chance.randrange(len(records)))]
        chance.shuffle(records)
        size = chance.randint(1, 7)
    await put(bus, records)
    definitions = live_definitions()
    scoring = ScoringHandler(ScoreFold(definitions), SystemClock())
    attribution = AttributionHandler(reference_to(definitions), SystemClock())

    def armed() -> ArmedFailpoints | None:
        if chance is None or chance.random() < 0.4:
            return None
        return ArmedFailpoints(chance.choice(failpoints.ALL), after=chance.randint(1, 4))

    await Stage("scoring", bus, pool, scoring, max_records=size).drain(armed)
    await Stage("attribution", bus, pool, attribution, max_records=size).drain(armed)
    bodies = [tuple(row) for row in await pool.fetch(_BODIES)]
    return bodies, tuple(await pool.fetchrow(_SETTLED) or ())


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds(), seed=st.integers(0, 2**32))
async def test_any_arrival_and_any_crash_end_in_the_same_snapshots(
    database_url: str, world: list[Event], seed: int
) -> None:
    pool = await asyncpg.create_pool(database_url, min_size=1, max_size=4)
    try:
        clean = await _run(pool, world)
        chaotic = await _run(pool, world, chance=random.Random(seed))
    finally:
        await pool.close()
    assert chaotic == clean
    scored, attributed, scored_facts, attributed_facts, stuck = clean[1]
    assert scored == scored_facts == sum(made.type.split(".")[2] != "deal" for made in world)
    assert attributed == attributed_facts == len(world)
    assert stuck == 0
