"""The law of credits: whatever comes in whatever order, they are those of one look at the end."""

import random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from leadtrace.domain.credits.model import PER_DEAL, Model
from leadtrace.testing.corrected_worlds import CorrectedWorld, corrected_worlds
from leadtrace.testing.moving_worlds import MovingWorld, moving_worlds
from tests.integration.attribution.credited import credit, credited_anew, credited_bit_by_bit, held
from tests.integration.chain.runs import run
from tests.integration.chain.scene import THROUGH_THE_STORE, Scene, open_scene

_CUSTOM = PER_DEAL.index(Model.CUSTOM) + 1
# What every won deal brought, read off its snapshot.
_BROUGHT = """
with won as (
  select deal_id, convert_from(body, 'utf8')::jsonb as body from attribution.deals
), standing as (select * from won where body ->> 'status' = 'won' and not body ? 'redirect_to')
select deal_id, counted_in, sum(counted)::bigint as amount
from standing, lateral (
  select (booking ->> 4)::bigint as counted, booking ->> 5 as counted_in
  from jsonb_array_elements(body -> 'bookings') booking
  union all
  select (body ->> 'amount')::bigint, body ->> 'currency'
  where not body ? 'bookings' and body ? 'amount' and body ? 'currency'
) money
group by 1, 2
union all select deal_id, null, 1000000 from standing
"""
_GIVEN = """
select deal_id, counted_in, model::int, sum(amount)::bigint as amount
from attribution.credits, unnest(amounts) with ordinality as given (amount, model)
where model <> $1 group by 1, 2, 3
"""
_WHERE = "won_on, booked_on, counted_in, attributed, channel, source, medium, campaign, content, outlet"
_CREDIT_SUMS = f"""
select {_WHERE}, model, sum(amount)::bigint as amount
from attribution.credits, unnest(amounts) with ordinality as given (amount, model)
group by {_WHERE}, model order by {_WHERE}, model
"""
_CREDIT_DAYS = f"""
select {_WHERE}, model, amount::bigint
from attribution.credit_days, unnest(amounts) with ordinality as given (amount, model)
order by {_WHERE}, model
"""
_JOURNEY_SUMS = """
select ended_on, outcome, counted_in, channels, count(*) as journeys,
       coalesce(sum(amount), 0)::bigint as amount
from attribution.journeys where outcome is not null group by 1, 2, 3, 4 order by 1, 2, 3, 4
"""
_STEP_SUMS = """
with ended as (select * from attribution.journeys where outcome is not null and ended_on is not null)
select ended_on, outcome, 'none' as kind, null as origin, null as target, count(*) as journeys
from ended where channels = '{}' group by 1, 2
union all
select ended_on, outcome, 'start', null, channels[1], count(*) from ended where channels <> '{}'
group by 1, 2, 5
union all
select ended_on, outcome, 'end', channels[cardinality(channels)], null, count(*) from ended
where channels <> '{}' group by 1, 2, 4
union all
select ended_on, outcome, 'step', channels[n], channels[n + 1], count(*)
from ended, lateral generate_series(1, cardinality(channels) - 1) n group by 1, 2, 4, 5
order by 1, 2, 3, 4, 5
"""
_STEPS = """
select ended_on, outcome, kind, origin, target, journeys from attribution.journey_steps
order by 1, 2, 3, 4, 5
"""
_JOURNEY_DAYS = """
select ended_on, outcome, counted_in, channels, journeys, amount from attribution.journey_days
order by 1, 2, 3, 4
"""


@settings(THROUGH_THE_STORE, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(world=moving_worlds(), seed=st.integers(0, 2**32))
async def test_credits_are_those_of_one_look_at_the_end(
    database_url: str, world: MovingWorld, seed: int
) -> None:
    scene = await open_scene(database_url)
    try:
        bit_by_bit = await credited_bit_by_bit(scene, world.events, random.Random(seed))
        await expect_conserved(scene)
        assert await credited_anew(scene) == bit_by_bit
        await run(scene, world.settled)
        await credit(scene)
        assert await held(scene) == bit_by_bit
    finally:
        await scene.pool.close()


@settings(THROUGH_THE_STORE, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(world=corrected_worlds(), seed=st.integers(0, 2**32))
async def test_what_was_corrected_is_credited_as_if_never_told(
    database_url: str, world: CorrectedWorld, seed: int
) -> None:
    scene = await open_scene(database_url)
    try:
        bit_by_bit = await credited_bit_by_bit(scene, world.events, random.Random(seed))
        await expect_conserved(scene)
        await run(scene, world.standing)
        await credit(scene)
        assert await held(scene) == bit_by_bit
    finally:
        await scene.pool.close()


async def expect_conserved(scene: Scene) -> None:
    """Every model gives out what was won, deal by deal, and sums by day are those of what they sum."""
    await expect_given_out(scene)
    await expect_sums(scene)


async def expect_given_out(scene: Scene) -> None:
    """Each won deal's money and the deal itself, by every model but the custom one, which nobody defined."""
    brought = {(row["deal_id"], row["counted_in"]): row["amount"] for row in await scene.pool.fetch(_BROUGHT)}
    given = {
        (row["deal_id"], row["counted_in"], row["model"]): row["amount"]
        for row in await scene.pool.fetch(_GIVEN, _CUSTOM)
    }
    models = range(1, len(PER_DEAL) + 1)
    expected = {
        (deal, currency, model): amount
        for (deal, currency), amount in brought.items()
        for model in models
        if amount and model != _CUSTOM
    }
    assert {key: amount for key, amount in given.items() if amount} == expected


async def expect_sums(scene: Scene) -> None:
    """Sums by day against the rows that they sum."""
    assert await scene.pool.fetch(_CREDIT_SUMS) == await scene.pool.fetch(_CREDIT_DAYS)
    assert await scene.pool.fetch(_JOURNEY_SUMS) == await scene.pool.fetch(_JOURNEY_DAYS)
    assert await scene.pool.fetch(_STEP_SUMS) == await scene.pool.fetch(_STEPS)
