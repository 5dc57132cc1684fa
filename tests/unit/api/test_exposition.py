"""A scrape waits for what it asks to be counted, but not for ever, and never asks twice at once."""

import asyncio
from pathlib import Path

import pytest

from leadtrace.runtime.definitions import shipped_shelf
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_metrics import MetricsSettings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.sql_engine import make_engine
from leadtrace_api.business.gauges import BusinessGauges
from leadtrace_api.exposition import Refreshing
from leadtrace_api.personal.vault import Vault
from leadtrace_api.room import Room
from leadtrace_api.settings import ApiSettings
from tests.unit.api.conftest import MakeClient


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


async def test_two_scrapes_at_once_share_a_count() -> None:
    gauges = Counting()
    refreshing = Refreshing(gauges)
    async with asyncio.TaskGroup() as scrapes:
        scrapes.create_task(refreshing.within(60))
        scrapes.create_task(refreshing.within(60))
        await asyncio.sleep(0)
        gauges.may_end.set()
    assert (gauges.begun, gauges.done) == (1, 1)


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


async def test_switched_off_it_is_not_there(make_client: MakeClient) -> None:
    async with make_client(metrics=Metrics(served=False)) as client:
        assert (await client.get("/metrics")).status_code == 404
        assert (await client.get("/livez")).status_code == 200


async def test_snapshots_are_taken_at_once_and_until_the_stop(tmp_path: Path) -> None:
    engine = make_engine(f"postgresql:///none?host={tmp_path}")
    settings = ApiSettings("EUR", "Europe/Berlin", embedded=True)
    room = Room(engine, settings, shipped_shelf(), KeyRing(), Vault(lambda: None))
    metrics, stop = Metrics(), StopSignal()
    stop.set("the test ends")
    await BusinessGauges(room, metrics, MetricsSettings()).run(stop)
    assert "leadtrace_business_snapshot_failures_total 1.0" in metrics.render().decode()
    await engine.dispose()
