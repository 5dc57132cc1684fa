"""Stopping: one signal, one budget, late tasks cancelled."""

import asyncio

import pytest

from leadtrace.runtime.shutdown import Deadline, StopSignal, drain


async def test_waiting_ends_with_the_signal_or_the_time() -> None:
    stop = StopSignal()
    assert not await stop.wait_for(0.001)
    stop.set("SIGTERM")
    stop.set("another reason")
    assert await stop.wait_for(10)
    assert stop.reason == "SIGTERM"


def test_a_deadline_runs_out() -> None:
    assert Deadline(0).passed()
    assert 9 < Deadline(10).remaining_s() <= 10


async def test_drain_waits_for_those_that_end_and_cancels_the_others() -> None:
    never = asyncio.Event()

    async def ends() -> None:
        await asyncio.sleep(0)

    async def hangs() -> None:
        await never.wait()

    quick, slow = asyncio.create_task(ends()), asyncio.create_task(hangs())
    assert await drain([quick, slow], Deadline(0.05)) == [slow]
    assert quick.done()
    assert slow.cancelled()
    assert await drain([], Deadline(1)) == []


async def test_cancelling_the_one_who_drains_does_not_cut_the_work_short() -> None:
    gate = asyncio.Event()

    async def work() -> None:
        await gate.wait()

    task = asyncio.create_task(work())
    drainer = asyncio.create_task(drain([task], Deadline(10)))
    await asyncio.sleep(0)
    drainer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drainer
    assert not task.done()
    gate.set()
    await task
