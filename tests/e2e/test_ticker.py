"""The ticker of a running installation: numbers read amid traffic and what is told then are the last ones."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.cli.traffic.sender import Posted
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.hubspot_reference import events_of
from leadtrace.testing.installation import Installation, running

pytestmark = pytest.mark.slow

BODIES = make_deliveries(datetime(2026, 11, 1, tzinfo=UTC), leads=400)
MEASURES = ("entered", "reached", "current")
TOLD_WITHIN_S = 60.0
LOOK_EVERY_S = 0.3

# By channel, stage and measure; money by channel, currency and "revenue".
Numbers = Counter[tuple[str | None, str, str]]
Block = dict[str, str]


async def test_numbers_read_amid_traffic_and_what_is_told_then_are_the_last_numbers(
    data_folder: Path,
) -> None:
    async with running(data_folder) as installation:
        await installation.post(BODIES[:1])
        amid = await _read_until_done(installation, asyncio.create_task(installation.post(BODIES[1:])))
        await installation.accounted(items=len(events_of(BODIES)))
        last, end = await _read(installation)
        assert any(numbers != last for numbers, _ in amid), "nothing changed: this would prove nothing"
        for numbers, position in amid:
            await _add_all(installation, numbers, position, end)
            assert {key: amount for key, amount in numbers.items() if amount} == last


async def _read_until_done(
    installation: Installation, posting: asyncio.Task[Posted]
) -> list[tuple[Numbers, str]]:
    """Numbers and where the ticker stood, now and then, from the first that there are until all is posted."""
    found = [await eventually_answers(lambda: _some(installation), what="the funnel has numbers")]
    while not posting.done():
        await asyncio.wait([posting], timeout=LOOK_EVERY_S)
        found.append(await _read(installation))
    await posting
    return [one for one in found if one is not None]


async def _some(installation: Installation) -> tuple[Numbers, str] | None:
    numbers, position = await _read(installation)
    return (numbers, position) if numbers else None


async def _add_all(installation: Installation, numbers: Numbers, position: str, end: str) -> None:
    """Add what is told between two positions."""
    async with asyncio.timeout(TOLD_WITHIN_S), _following(installation, position) as blocks:
        while position != end:
            block = await anext(blocks)
            position = block.get("id", position)
            _add(numbers, block)


async def _read(installation: Installation) -> tuple[Numbers, str]:
    answer = await installation.get("/v1/funnel", by="channel")
    numbers: Numbers = Counter()
    for group in answer["groups"]:
        channel = group["key"]["channel"]
        for row in group["stages"]:
            numbers.update({(channel, row["stage"], one): row[one] or 0 for one in MEASURES})
        cents = int(group["revenue"]["amount"].replace(".", ""))
        numbers[channel, group["revenue"]["currency"], "revenue"] += cents
    return Counter({key: amount for key, amount in numbers.items() if amount}), answer["ticker"]


@asynccontextmanager
async def _following(installation: Installation, position: str) -> AsyncIterator[AsyncIterator[Block]]:
    """The blocks of the stream behind a position."""
    url, headers = f"{installation.api}/v1/ticker", {"Last-Event-ID": position}
    async with (
        httpx.AsyncClient(timeout=None) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        yield _blocks(answer)


async def _blocks(answer: httpx.Response) -> AsyncIterator[Block]:
    block: Block = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            block[name] = value
        else:
            yield block
            block = {}


def _add(numbers: Numbers, block: Block) -> None:
    assert block.get("event") != "reset"
    if block.get("event") != "funnel":
        return
    row: dict[str, Any]
    for row in json.loads(block["data"])["rows"]:
        if row["basis"] == "cohort":
            name = row.get("stage") or row["currency"]
            for measure in (*MEASURES, "revenue"):
                numbers[row.get("channel"), name, measure] += row.get(measure, 0)
