"""The takeover: what changed is published with a higher revision, nothing else is, and nobody sees a gap."""

import asyncio
from uuid import UUID

import pytest

from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.lead import LeadCaptured, LeadUpdated
from leadtrace.events.snapshots import LEAD_SCORED
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.engine import connect
from leadtrace.store.generation.state import State
from leadtrace.store.migrate import room_of
from leadtrace.store.roles import role_of
from leadtrace.testing.builders import entity_of, event, lead_ref
from leadtrace.testing.published import newest
from leadtrace.testing.published import published as published_on
from leadtrace.testing.schema import assert_schema_matches
from leadtrace_api.tables import LEADS
from leadtrace_attribution.tables import METADATA as ATTRIBUTION
from leadtrace_scoring.tables import METADATA as SCORING
from tests.integration.rebuild.scene import ORDER, Scene

_ONE, _TWO = entity_of("contact/1"), entity_of("contact/2")
_EVENTS = [
    event(LeadCaptured(), "contact/1", 1),
    event(LeadCaptured(properties={"country": "DE"}), "contact/2", 2),
    event(DealCreated(), "deal/1", 3),
    event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 4),
    event(DealUpdated(amount="10.00", currency="EUR"), "deal/1", 5),
    event(DealWon(claimed="closedwon"), "deal/1", 6),
]
_LATE = event(LeadUpdated(properties={"seniority": "c_level"}), "contact/1", 7)
_METADATA = {"scoring": SCORING, "attribution": ATTRIBUTION, "api": LEADS.metadata}
_REVISION = "select revision from scoring.leads where lead_id = $1"


async def test_what_a_fix_changes_is_named_gets_a_higher_revision_and_is_published(scene: Scene) -> None:
    await scene.put(*_EVENTS)
    await scene.settle()
    right = newest(published_on(scene.bus, LEAD_SCORED))
    # What a defect of the fold would have left in one of the two rows, published as it was.
    await scene.owner.execute(
        "update scoring.leads set body = '{\"wrong\": 1}', body_hash = '\\x00', revision = revision + 1 "
        "where lead_id = $1",
        _ONE,
    )
    untouched = await scene.owner.fetchval(_REVISION, _TWO)
    rebuild = await scene["scoring"].rebuild()
    leads = rebuild.report.tables["leads"]
    assert [row.key for row in leads.differences] == [str(_ONE)]
    assert (leads.differing, rebuild.report.published) == (1, 1)
    assert leads.live_sum != leads.next_sum
    assert rebuild.report.tables["seen"].differing == 0
    await scene["scoring"].read()
    after = newest(published_on(scene.bus, LEAD_SCORED))
    assert after[_ONE].body == right[_ONE].body
    assert after[_ONE].revision == await scene.owner.fetchval(_REVISION, _ONE)
    assert after[_ONE].revision > right[_ONE].revision + 1
    assert await scene.owner.fetchval(_REVISION, _TWO) == untouched


async def test_a_row_that_changes_after_it_was_compared_keeps_what_was_published(scene: Scene) -> None:
    await scene.put(*_EVENTS)
    await scene.settle()
    rebuilder = await scene["scoring"].until_takeover()
    await scene.put(_LATE)
    await scene["scoring"].read()
    live = await scene.owner.fetchval(_REVISION, _ONE)
    assert live == newest(published_on(scene.bus, LEAD_SCORED))[_ONE].revision
    await rebuilder.work(UUID(int=1), StopSignal())
    assert (await scene["scoring"].newest()).report.published == 0
    assert await scene.owner.fetchval(_REVISION, _ONE) == live


async def test_an_event_that_the_live_loop_has_not_read_yet_is_published_by_the_takeover(
    scene: Scene,
) -> None:
    await scene.put(*_EVENTS)
    await scene.settle()
    before = await scene.owner.fetchval(_REVISION, _ONE)
    await scene.put(_LATE)
    rebuild = await scene["scoring"].rebuild()
    assert rebuild.report.published == 1
    assert rebuild.report.tables["seen"].differing == 1
    await scene["scoring"].read()
    assert newest(published_on(scene.bus, LEAD_SCORED))[_ONE].revision > before
    assert await scene.owner.fetchval("select count(*) from scoring.seen where event_no = 7") == 1


async def test_checking_names_what_would_change_and_leaves_it(scene: Scene) -> None:
    await scene.put(*_EVENTS)
    await scene.settle()
    await scene.owner.execute("update api.funnel_daily set reached = reached + 1 where dimension = ''")
    await scene.owner.execute("update api.step_ages set entries = entries || entries where dimension = ''")
    before = await scene.rows()
    rebuild = await scene["api"].rebuild(takes_over=False)
    assert rebuild.state is State.COMPARED
    assert rebuild.report.tables["funnel_daily"].differing > 0
    assert rebuild.report.tables["step_ages"].differing > 0
    assert await scene.rows() == before
    assert await scene.owner.fetchval("select to_regclass('api.funnel_daily_next')") is None
    await scene["api"].rebuild()
    report = (await scene["api"].rebuild()).report
    assert [report.tables[name].differing for name in ("funnel_daily", "step_ages")] == [0, 0]


async def test_who_follows_the_ticker_is_told_of_the_takeover_alone(scene: Scene) -> None:
    told = "select kind, body from api.ticker_waiting order by entry_id"
    await scene.put(*_EVENTS)
    await scene.settle()
    before = [tuple(row) for row in await scene.owner.fetch(told)]
    assert {kind for kind, _ in before} == {"funnel", "notable"}
    await scene["api"].rebuild(takes_over=False)
    assert [tuple(row) for row in await scene.owner.fetch(told)] == before
    await scene["api"].rebuild()
    assert [tuple(row) for row in await scene.owner.fetch(told)] == [
        *before,
        ("reset", '{"reason":"rebuilt"}'),
    ]


async def test_after_it_tables_indexes_and_views_are_as_the_migrations_made_them(
    scene: Scene, database_url: str
) -> None:
    await scene.put(*_EVENTS)
    await scene.settle()
    views = "select schemaname, viewname, definition from pg_views where schemaname = any($1) order by 1, 2"
    stored = (
        "select relname, reloptions, relowner, array_agg(attstorage order by attnum) from pg_class c "
        "join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped "
        "where relnamespace::regnamespace::text = any($1) group by c.oid, 1, 2, 3 order by 1, 3"
    )
    before = [await scene.owner.fetch(statement, ORDER) for statement in (views, stored)]
    oids = "select array_agg(oid) from pg_class where relname = 'leads' and relkind = 'r'"
    old = await scene.owner.fetchval(oids)
    await scene.rebuild_all()
    assert not set(old) & set(await scene.owner.fetchval(oids))
    assert [await scene.owner.fetch(statement, ORDER) for statement in (views, stored)] == before
    for name in ORDER:
        await assert_schema_matches(database_url, room_of(name), _METADATA[name])
    reader = await connect(database_url, role_of("ingest"))
    try:
        assert await reader.fetchval("select count(*) from scoring.pub_leads") == 2
        assert await reader.fetchval("select count(*) from attribution.pub_deals") == 1
    finally:
        await reader.close()


@pytest.mark.parametrize("name", ORDER)
async def test_a_connection_that_read_the_old_rows_reads_the_new_ones(scene: Scene, name: str) -> None:
    await scene.put(*_EVENTS)
    await scene.settle()
    statement = f"select count(*) from {name}.leads where lead_id = any($1)"
    async with scene[name].pool.acquire() as connection:
        prepared = await connection.prepare(statement)
        assert await prepared.fetchval([_ONE, _TWO]) == 2
        await scene[name].rebuild()
        await scene.owner.execute(f"delete from {name}.leads where lead_id = $1", _TWO)
        assert await prepared.fetchval([_ONE, _TWO]) == 1


async def test_it_waits_for_who_reads_and_holds_up_nobody_meanwhile(scene: Scene, database_url: str) -> None:
    await scene.put(*_EVENTS)
    await scene.settle()
    rebuilder = await scene["api"].until_takeover()
    reader = await connect(database_url, role_of("api"))
    try:
        reading = reader.transaction(isolation="repeatable_read", readonly=True)
        await reading.start()
        assert await reader.fetchval("select count(*) from api.leads") == 2
        taking_over = asyncio.create_task(rebuilder.work(UUID(int=1), StopSignal()))
        # Others are answered while it waits: it never waits for longer than its own short timeout.
        async with asyncio.timeout(20):
            for _ in range(200):
                assert await scene.owner.fetchval("select count(*) from api.leads") == 2
        assert not taking_over.done()
        await reading.rollback()
        await taking_over
    finally:
        await reader.close()
    assert (await scene["api"].newest()).state is State.DONE


async def test_numbers_that_a_takeover_changes_are_noted_then_and_afterwards(scene: Scene) -> None:
    await scene.put(*_EVENTS)
    await scene.settle()
    raised = "select array_agg((slot, raised)::text order by slot) from api.changes"
    rebuilder = await scene["api"].until_takeover()
    before = await scene.owner.fetchval(raised)
    await rebuilder.work(UUID(int=1), StopSignal())
    assert (await scene["api"].newest()).state is State.DONE
    taken_over = await scene.owner.fetchval(raised)
    assert taken_over != before
    for table in ("leads", "deals", "funnel_daily", "revenue_daily", "step_ages", "postings"):
        found = await scene.owner.fetchval(raised)
        await scene.owner.execute(f"delete from api.{table}")
        assert await scene.owner.fetchval(raised) != found
