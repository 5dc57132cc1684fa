"""How a rebuild ends otherwise, and how it is gone on with: the live rows never suffer from it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from leadtrace.events.lead import LeadCaptured, LeadUpdated
from leadtrace.runtime.rebuild.rebuilder import AlreadyRunningError
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.generation.state import NotOursError, State
from leadtrace.testing.builders import event
from tests.integration.rebuild.scene import Scene

_MINE, _THEIRS = UUID(int=1), UUID(int=2)
_EVENTS = [event(LeadCaptured(), f"contact/{number}", number) for number in range(1, 9)]
_LATE = event(LeadUpdated(properties={"seniority": "c_level"}), "contact/1", 9)
_LEFT = "select count(*) from pg_tables where schemaname = 'scoring' and tablename like '%\\_next'"


async def _settled(scene: Scene) -> None:
    await scene.put(*_EVENTS)
    await scene.settle()


async def test_events_out_of_reach_end_it_and_the_live_rows_stay(scene: Scene) -> None:
    await _settled(scene)
    await scene.owner.execute("delete from ingest.events where event_no in (2, 5)")
    before = await scene.rows()
    rebuild = await scene["scoring"].rebuild()
    assert rebuild.state is State.FAILED
    assert "2 events that the live rows hold, up to number 5" in str(rebuild.error)
    assert await scene.rows() == before
    assert await scene.owner.fetchval(_LEFT) == 0


async def test_a_batch_that_the_next_generation_cannot_take_ends_it_and_goes_on(scene: Scene) -> None:
    await _settled(scene)
    rebuilder = await scene["scoring"].until_takeover()
    await scene.owner.execute("alter table scoring.leads_next drop column last_key")
    await scene.put(_LATE)
    await scene["scoring"].read()
    assert await scene.owner.fetchval("select event_count from scoring.leads order by 1 desc limit 1") == 2
    rebuild = await scene["scoring"].newest()
    assert rebuild.state is State.FAILED
    assert "UndefinedColumnError" in str(rebuild.error)
    await rebuilder.work(_MINE, StopSignal())
    assert (await scene["scoring"].rebuild()).state is State.DONE


async def test_a_process_that_dies_is_followed_by_another_that_goes_on(scene: Scene) -> None:
    await _settled(scene)
    rebuilder = scene["scoring"].rebuilder()
    await rebuilder.begin(takes_over=True, by="test")
    for _ in ("nothing to carry over", "the first events"):
        await scene["scoring"].page(rebuilder, await scene["scoring"].newest())
    half = await scene["scoring"].newest()
    assert (half.step, half.position, half.done) == (1, "3", 3)
    await scene["scoring"].rebuilder().work(_THEIRS, StopSignal())
    done = await scene["scoring"].newest()
    assert (done.state, done.done) == (State.DONE, done.total)


async def test_a_page_of_who_lost_the_lease_is_rolled_back(scene: Scene) -> None:
    await _settled(scene)
    rebuilder = scene["scoring"].rebuilder()
    await rebuilder.begin(takes_over=True, by="test")
    async with scene["scoring"].pool.acquire() as connection:
        mine = await rebuilder.store.claim(connection, _MINE, timedelta(0))
        assert mine is not None
        assert await rebuilder.store.claim(connection, _THEIRS, timedelta(minutes=1)) is not None
        assert await rebuilder.store.claim(connection, _MINE, timedelta(0)) is None
    with pytest.raises(NotOursError):
        await rebuilder._page(mine, rebuilder.steps[1], _MINE)
    assert await scene.owner.fetchval("select count(*) from scoring.leads_next") == 0


async def test_other_code_begins_it_again(scene: Scene) -> None:
    await _settled(scene)
    rebuilder = await scene["scoring"].until_takeover()
    await scene.owner.execute("update scoring.rebuilds set signature = 'fold 0'")
    await scene.owner.execute("update scoring.leads_next set body = 'of another fold'")
    await rebuilder.work(_MINE, StopSignal())
    done = await scene["scoring"].newest()
    assert (done.state, done.signature) == (State.DONE, scene["scoring"].plan.signature)
    assert done.report.tables["leads"].differing == 0


async def test_a_migration_meanwhile_begins_it_again(scene: Scene) -> None:
    await _settled(scene)
    rebuilder = await scene["scoring"].until_takeover()
    await scene.owner.execute("alter table scoring.leads add column more text")
    await rebuilder.work(_MINE, StopSignal())
    assert (await scene["scoring"].newest()).state is State.DONE
    assert await scene.owner.fetchval("select count(more) from scoring.leads") == 0


async def test_cancelling_drops_it_and_another_can_begin(scene: Scene) -> None:
    await _settled(scene)
    rebuilder = await scene["scoring"].until_takeover()
    with pytest.raises(AlreadyRunningError):
        await rebuilder.begin(takes_over=True, by="test")
    assert await rebuilder.cancel()
    assert not await rebuilder.cancel()
    assert (await scene["scoring"].newest()).state is State.CANCELLED
    assert await scene.owner.fetchval(_LEFT) == 0
    assert (await scene["scoring"].rebuild()).state is State.DONE


async def test_the_process_finds_it_by_itself_and_stops_when_asked(scene: Scene) -> None:
    await _settled(scene)
    rebuilder, stop = scene["scoring"].rebuilder(), StopSignal()
    await rebuilder.begin(takes_over=True, by="test")
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(rebuilder.run(stop))
        while (await scene["scoring"].newest()).state is State.RUNNING:
            await stop.wait_for(0.02)
        stop.set("test")
    assert (await scene["scoring"].newest()).state is State.DONE
