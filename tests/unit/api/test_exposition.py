"""A scrape waits for what it asks to be counted, but not for ever, and never asks twice at once."""

import asyncio

import pytest

from leadtrace_api.exposition import Refreshing


class Counting:
    """Gauges whose update takes as long as a test wants."""

    def __init__(self) -> None:
        self.begun = self.done = 0
        self.may_end = asyncio.Event()
        self.error: Exception | None = None

    async def refresh(self) -> None:
        self.begun += 1
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        self.done += 1


async def test_a_quick_count_is_waited_for() -> None:
    gauges = Counting()
    gauges.may_end.set()
    await Refreshing(gauges).within(60)
    assert (gauges.begun, gauges.done) == (1, 1)


async def test_a_slow_count_goes_on_and_is_not_begun_again() -> None:
    gauges = Counting()
    refreshing = Refreshing(gauges)
    await refreshing.within(0)
    await refreshing.within(0)
    assert (gauges.begun, gauges.done) == (1, 0)
    gauges.may_end.set()
    await refreshing.within(60)
    assert (gauges.begun, gauges.done) == (1, 1)
    await refreshing.within(60)
    assert (gauges.begun, gauges.done) == (2, 2)


async def test_a_count_that_fails_is_told_and_tried_again() -> None:
    gauges = Counting()
    gauges.may_end.set()
    gauges.error = LookupError("no such table")
    refreshing = Refreshing(gauges)
    with pytest.raises(LookupError):
        await refreshing.within(60)
    gauges.error = None
    await refreshing.within(60)
    assert gauges.done == 1
