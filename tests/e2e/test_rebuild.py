"""Everything rebuilt while real leads come in: it answers all along, and every row stays as it was."""

import asyncio
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from leadtrace.testing.hubspot_reference import events_of, funnel_by_source
from leadtrace.testing.installation import Installation, running
from tests.e2e import olist
from tests.e2e.commands import Ended, leadtrace
from tests.e2e.killing import killed_once

pytestmark = pytest.mark.slow

_TABLES = 23
_ROW = re.compile(r"(\w+) +(\w+) +([\d,]+) +([0-9a-f]{12}) +([0-9a-f]{12}) +(\d+)")
_SCORING = "leadtrace_scoring.main"


def _compared(done: Ended) -> list[tuple[str, ...]]:
    """The rows of the table that a rebuild ends with: process, table, rows, both hashes, how many differ."""
    assert done.code == 0, done
    found = _ROW.findall(done.out)
    assert len(found) == _TABLES, done.out
    return found


def _revenue(group: dict[str, Any]) -> Decimal:
    return Decimal(group["revenue"]["amount"])


async def test_olist_is_rebuilt_while_it_comes_in_and_every_row_stays_as_it_was(data_folder: Path) -> None:
    bodies = olist.sample(one_in=10)
    events, half = events_of(bodies), len(bodies) // 2
    async with running(data_folder, LEADTRACE_REPORTING__CURRENCY="BRL") as installation:
        await installation.post(bodies[:half])
        answered = await _rebuilt_amid(installation, bodies[half:])
        assert answered > 20
        report = await installation.accounted(items=len(events))
        assert report["balanced"], report

        funnel = await installation.get("/v1/funnel", by="channel")
        expected = funnel_by_source(events)
        assert {row["key"]["channel"]: _revenue(row) for row in funnel["groups"]} == {
            channel: numbers.revenue for channel, numbers in expected.items()
        }
        checked = _compared(await leadtrace(installation.environment(), "rebuild", "all", "--check"))
        assert [row for row in checked if row[3] != row[4] or row[5] != "0"] == []
        assert (await installation.get("/v1/funnel", by="channel"))["groups"] == funnel["groups"]


async def _rebuilt_amid(installation: Installation, bodies: list[bytes]) -> int:
    """Rebuild everything while deliveries come in; how many questions were answered meanwhile."""
    rebuilding = asyncio.create_task(leadtrace(installation.environment(), "rebuild", "all"))
    posting = asyncio.create_task(installation.post(bodies))
    answered = 0
    while not rebuilding.done():
        await installation.get("/v1/funnel", by="channel")
        answered += 1
        await asyncio.sleep(0.02)
    await posting
    _compared(await rebuilding)
    return answered


async def test_a_killed_process_goes_on_with_its_rebuild(data_folder: Path) -> None:
    bodies = olist.sample(one_in=10)
    async with running(data_folder) as installation:
        await installation.post(bodies)
        await installation.accounted(items=len(events_of(bodies)))
        rebuilding = asyncio.create_task(leadtrace(installation.environment(), "rebuild", "scoring"))
        killed = await _kill_amid(installation)
        done = await rebuilding
        assert installation.find(_SCORING).pid != killed
        assert done.code == 0, done
        assert "scoring: the rebuilt rows are live; 0 are published anew" in " ".join(done.out.split())


async def _kill_amid(installation: Installation) -> int:
    """Kill scoring as soon as its rebuild has folded a page; the id that the process had."""
    amid = "select true from scoring.rebuilds where done > 0"
    async with killed_once(installation, _SCORING, amid, what="a page to be folded") as (pid, connection):
        assert await connection.fetchval("select state from scoring.rebuilds") == "running"
        return pid
