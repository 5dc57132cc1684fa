"""Waiting with an end: what does not answer is given up at once, even if it does not notice."""

import asyncio

import pytest

from leadtrace.runtime.patience import within


async def answer(value: int) -> int:
    return value


async def fail() -> int:
    raise ZeroDivisionError


async def test_what_answers_in_time_is_passed_on() -> None:
    assert await within(5, answer(7)) == 7
    with pytest.raises(ZeroDivisionError):
        await within(5, fail())


async def test_work_that_ignores_its_end_holds_up_nobody() -> None:
    told, let_go = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            told.set()
            await let_go.wait()

    with pytest.raises(TimeoutError):
        await within(0.01, stubborn())
    await told.wait()
    let_go.set()


async def test_who_is_cancelled_gives_up_what_it_waits_for() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    waiting = asyncio.ensure_future(within(60, work()))
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await ended.wait()
