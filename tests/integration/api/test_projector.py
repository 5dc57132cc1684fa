"""The projector against a real database: revisions, merges, bad records, and rollups equal to SQL."""

import asyncio
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtrace.bus.protocol import Record
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import DealOutcome, LeadOutcome, LeadScore
from leadtrace.store.dead_letters import DeadReason
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.store.rebuild import rebuild_if_cut_otherwise
from leadtrace_api.store.recount_steps import recount_steps_if_counted_otherwise
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import DEFINITION, deal, lead_id, outcome, outcomes, record, won

CAPTURED = outcome(1, (Stage.LEAD, 0))
CUSTOMER = outcome(1, (Stage.LEAD, 0), (Stage.CUSTOMER, 5), deals=[won(1, 500, 5)])
SCORE = LeadScore(lead_id=lead_id(1), definition=DEFINITION, fit=1, intent=2, band="warm")


async def total(projection: Projection, stage: str, measure: str) -> int:
    """A count of the funnel over all leads."""
    statement = (
        f"select coalesce(sum({measure}), 0) from api.funnel_daily "
        "where basis = 'cohort' and dimension = '' and stage = $1"
    )
    return int(await projection.pool.fetchval(statement, stage))


async def test_a_newer_revision_replaces_and_an_equal_or_lower_one_is_a_duplicate(
    projection: Projection,
) -> None:
    first = await projection.take([record(CAPTURED, 10)])
    second = await projection.take([record(CUSTOMER, 11), record(CAPTURED, 10), record(CUSTOMER, 11)])
    third = await projection.take([record(CAPTURED, 9), record(CUSTOMER, 11)])
    assert [(one.applied, one.duplicate) for one in (first, second, third)] == [(1, 0), (1, 2), (0, 2)]
    assert await total(projection, "lead", "current") == 0
    assert await total(projection, "customer", "current") == 1
    assert await total(projection, "inquiry", "reached") == 1


async def test_score_and_outcome_meet_in_one_row_whichever_comes_first(projection: Projection) -> None:
    await projection.take([record(SCORE, 20)])
    await projection.take([record(CAPTURED, 10), record(deal(1, 500, (1, 500)), 30)])
    row = await projection.pool.fetchrow("select * from api.pub_leads")
    assert row is not None
    assert (row["score_revision"], row["outcome_revision"]) == (20, 10)
    assert await projection.pool.fetchval("select outcome_revision from api.pub_deals") == 30


async def test_a_merge_takes_the_absorbed_lead_out(projection: Projection) -> None:
    await projection.take([record(CAPTURED, 10), record(outcome(2, (Stage.LEAD, 1)), 10)])
    assert await total(projection, "lead", "reached") == 2
    await projection.take([record(outcome(2, (Stage.LEAD, 1), redirect_to=lead_id(1)), 11)])
    assert await total(projection, "lead", "reached") == 1
    assert (await projection.rollups()) == (await projection.recomputed())


async def test_a_record_that_cannot_be_decoded_is_a_dead_letter_and_its_neighbours_go_on(
    projection: Projection,
) -> None:
    good = record(CAPTURED, 10)
    broken_body = record(CUSTOMER, 12)
    assert broken_body.value is not None
    broken = Record(good.topic, 0, 7, b"k", broken_body.value.replace(b'"share":500', b'"share":"x"'))
    applied = await projection.take([Record(good.topic, 0, 6, b"k", b"\xff"), broken, good])
    assert [(letter.offset, letter.reason) for letter in applied.dead] == [
        (6, DeadReason.UNDECODABLE),
        (7, DeadReason.UNDECODABLE),
    ]
    assert (applied.applied, applied.duplicate) == (1, 0)
    assert await projection.pool.fetchval("select outcome_revision from api.leads") == 10


@pytest.mark.parametrize(
    "body",
    [
        outcome(1, captured=4_000_000),  # after the year 9999
        outcome(1, deals=[won(1, 10**18, 5)]),
        outcome(1, redirect_to="no id"),
        deal(1, 10**30),
        msgspec.structs.replace(SCORE, fit=10**30),
    ],
)
async def test_what_no_column_can_hold_is_a_dead_letter_and_not_an_endless_retry(
    projection: Projection, body: LeadOutcome | LeadScore | DealOutcome
) -> None:
    applied = await projection.take([record(body, 10), record(outcome(2), 10)])
    assert (len(applied.dead), applied.applied) == (1, 1)


async def test_hostile_names_are_kept_as_far_as_the_database_can(projection: Projection) -> None:
    names = ["x" * 5_000, "nul \x00", 'quote " and \\ and {a,b}', "NULL", "'; drop table api.leads; --"]
    leads = [outcome(n, (Stage.LEAD, 0), channel=name) for n, name in enumerate(names, start=1)]
    await projection.take([record(lead, 1) for lead in leads])
    statement = "select distinct key from api.funnel_daily where dimension = 'channel'"
    keys = await projection.pool.fetch(statement)
    assert {row["key"] for row in keys} >= set(names[2:])
    assert len(keys) == len(names)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_rollups_equal_a_recomputation_in_sql(projection: Projection, data: st.DataObject) -> None:
    await projection.empty()
    history: list[tuple[int, LeadOutcome]] = []
    for number in range(1, 4):
        bodies = data.draw(st.lists(outcomes(number), max_size=3))
        history += [(1_000 + position, body) for position, body in enumerate(bodies)]
    order = data.draw(st.permutations(history))
    cut = data.draw(st.integers(0, len(order)))
    for batch in (order[:cut], order[cut:], order[:1]):
        await projection.take([record(body, revision) for revision, body in batch])
    assert (await projection.rollups()) == (await projection.recomputed())


async def test_two_projectors_with_shared_hot_rows_agree_with_sql(projection: Projection) -> None:
    """After a rebalance two consumers may hold the same records: rows are locked in one order."""
    batches = [
        [record(outcome(lead, (Stage.LEAD, lead % 3), channel=f"c{lead % 2}"), revision) for lead in leads]
        for revision in (1, 2, 3)
        for leads in (range(1, 40), range(39, 0, -1), range(20, 60))
    ]
    async with asyncio.TaskGroup() as tasks:
        for batch in batches:
            tasks.create_task(projection.take(batch))
    assert await total(projection, "lead", "reached") == 59
    assert (await projection.rollups()) == (await projection.recomputed())


async def test_rollups_are_cut_anew_when_the_time_zone_changes(projection: Projection) -> None:
    await projection.take([record(outcome(1, (Stage.LEAD, 0), captured=23.5 / 24), 1), record(deal(1, 5), 1)])
    auckland = Relearner(ZoneInfo("Pacific/Auckland"))
    async with projection.pool.acquire() as connection:
        assert await rebuild_if_cut_otherwise(connection, "Pacific/Auckland", auckland)
        assert not await rebuild_if_cut_otherwise(connection, "Pacific/Auckland", auckland)
        assert await recount_steps_if_counted_otherwise(connection, auckland)
        assert not await recount_steps_if_counted_otherwise(connection, auckland)
        await projection.check_step_ages("Pacific/Auckland")
        assert await rebuild_if_cut_otherwise(connection, "Europe/Berlin", projection.projector.relearner)
        assert await recount_steps_if_counted_otherwise(connection, projection.projector.relearner)
    assert (await projection.rollups()) == (await projection.recomputed())
