"""Errors of the database: tried again with the same batch, never a dead letter, nothing lost or twice."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from leadtrace.events.deal import DealCreated, DealLinked, DealWon
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged
from leadtrace.events.snapshots import LEAD_SCORED
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection, Pool
from leadtrace.testing.builders import entity_of, event, lead_ref
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.interrupted import InterruptedHandler
from leadtrace.testing.published import newest, published
from leadtrace.testing.unheard_commit import UnheardCommits
from tests.integration.chain.scene import Scene, attribution_handler, scoring_handler

_EVENTS = [
    event(LeadCaptured(), "contact/1", 1),
    event(LeadCaptured(), "contact/2", 2),
    event(DealCreated(), "deal/1", 3),
    event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 4),
    event(DealWon(claimed="closedwon"), "deal/1", 5),
    event(LeadOwnerChanged(owner="anna"), "contact/2", 6),
]
_LEADS = sorted([entity_of("contact/1"), entity_of("contact/2")])
_LOCK = "select from attribution.leads where lead_id = $1 for update"
_WAITING = "select count(*) from pg_locks where not granted"
_DEADLINE_S = 20


@pytest_asyncio.fixture
async def operator(database_url: str) -> AsyncIterator[Pool]:
    """Connections that nobody kills."""
    pool = await asyncpg.create_pool(database_url, min_size=1, max_size=3)
    yield pool
    await pool.close()


async def _kill(operator: Pool, connection: Connection) -> None:
    killed = await connection.fetchval("select pg_backend_pid()")
    assert await operator.fetchval("select pg_terminate_backend($1, 5000)", killed)


async def _assert_settled(scene: Scene) -> None:
    assert await scene.row("select count(*) from attribution.dead_letters") == (0,)
    assert await scene.row("select count(*) from attribution.seen") == (6,)
    assert await scene.row("select count(*) from attribution.leads where stuck_error is not null") == (0,)


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_backend_killed_in_mid_transaction_is_replaced(
    scene: Scene, operator: Pool, moment: str
) -> None:
    clean = await scene.clean(_EVENTS)

    async def kill(connection: Connection, call: int) -> None:
        if call <= 2:
            await _kill(operator, connection)

    await scene.put(*_EVENTS)
    await scene.stage(scoring_handler()).drain()
    real = attribution_handler()
    handler = InterruptedHandler(real, before=kill if moment == "before" else None)
    if moment == "after":
        handler = InterruptedHandler(real, after=kill)
    await scene.stage(handler).drain()
    assert handler.calls >= 3
    assert await scene.bodies() == clean
    await _assert_settled(scene)


async def test_every_connection_dying_between_batches_is_survived(scene: Scene, operator: Pool) -> None:
    clean = await scene.clean(_EVENTS)
    others = (
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database()"
        " and pid <> pg_backend_pid() and state is not null"
    )
    loop = scene.stage(scoring_handler(), max_records=1).loop()
    for made in _EVENTS:
        await scene.put(made)
        await loop.run_once()
        async with operator.acquire() as one:
            await one.execute(others)
    while await loop.run_once():
        pass
    await loop.close()
    await scene.stage(attribution_handler()).drain()
    assert await scene.bodies() == clean


async def test_the_victim_of_a_deadlock_begins_again(scene: Scene, operator: Pool) -> None:
    clean = await scene.clean(_EVENTS)
    first, second = _LEADS
    async with operator.acquire() as rival:
        await rival.execute("insert into attribution.leads (lead_id) values ($1), ($2)", *_LEADS)
        await rival.execute("set deadlock_timeout = '60s'")
        transaction = rival.transaction()
        await transaction.start()
        await rival.execute(_LOCK, second)
        await scene.put(*_EVENTS)
        handler = InterruptedHandler(attribution_handler())
        draining = asyncio.create_task(scene.stage(handler).drain())
        async with asyncio.timeout(_DEADLINE_S):
            await eventually_answers(lambda: operator.fetchval(_WAITING), what="a lock to be waited for")
            # The loop holds the first lead and waits for the second: PostgreSQL finds the circle from there.
            await rival.execute(_LOCK, first)
            await transaction.commit()
            await draining
    await scene.stage(scoring_handler()).drain()
    await scene.stage(attribution_handler()).drain()
    assert handler.calls >= 2
    assert await scene.bodies() == clean
    await _assert_settled(scene)


async def test_a_table_that_is_away_for_a_while_is_waited_for(scene: Scene, operator: Pool) -> None:
    clean = await scene.clean(_EVENTS)
    await operator.execute("alter table scoring.seen rename to gone")
    await scene.put(*_EVENTS)
    tried = asyncio.Event()

    async def notice(_: Connection, call: int) -> None:
        if call == 2:
            tried.set()

    draining = asyncio.create_task(scene.stage(InterruptedHandler(scoring_handler(), before=notice)).drain())
    async with asyncio.timeout(_DEADLINE_S):
        await tried.wait()
        await operator.execute("alter table scoring.gone rename to seen")
        await draining
    await scene.stage(attribution_handler()).drain()
    assert await scene.bodies() == clean
    assert await scene.row("select count(*) from scoring.dead_letters") == (0,)


async def test_a_stop_while_the_database_is_away_ends_the_loop_and_loses_nothing(
    scene: Scene, operator: Pool
) -> None:
    clean = await scene.clean(_EVENTS)
    await operator.execute("alter table scoring.seen rename to gone")
    await scene.put(*_EVENTS)
    stop = StopSignal()

    async def end(_: Connection, call: int) -> None:
        if call == 2:
            stop.set("test")

    loop = scene.stage(InterruptedHandler(scoring_handler(), before=end)).loop(stop=stop)
    async with asyncio.timeout(_DEADLINE_S):
        await loop.run()
    await operator.execute("alter table scoring.gone rename to seen")
    await scene.settle()
    assert await scene.bodies() == clean


async def test_a_commit_that_nobody_heard_of_is_published_from_its_note(scene: Scene, tmp_path: Path) -> None:
    clean = await scene.clean(_EVENTS)
    async with UnheardCommits(scene.url, tmp_path) as way:
        pool = await asyncpg.create_pool(way.url, min_size=1, max_size=2)
        handler = InterruptedHandler(scoring_handler())
        stage = scene.stage(handler, pool=pool)
        await scene.put(*_EVENTS)
        loop = stage.loop()
        # The first look at what was left behind commits, too.
        assert await scene.row("select count(*) from scoring.notes") == (0,)
        await loop._publish_left_behind()
        way.lose = 1
        await loop.run_once()
        assert way.lose == 0
        assert handler.calls == 2
        assert await scene.row("select count(*) from scoring.seen") == (3,)
        # The batch was done again and found duplicates only: what it raised is still noted.
        assert published(scene.bus, LEAD_SCORED) == []
        assert await scene.row("select ids from scoring.notes") == (_LEADS,)
        await loop.run_once()
        assert sorted(newest(published(scene.bus, LEAD_SCORED))) == _LEADS
        await loop.close()
        await pool.close()
    await scene.stage(attribution_handler()).drain()
    assert await scene.bodies() == clean
    assert await scene.row("select count(*) from scoring.notes") == (0,)
