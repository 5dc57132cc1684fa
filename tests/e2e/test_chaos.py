"""2xx means durable: whatever is killed while webhooks pour in, nothing accepted is lost or counted twice."""

import asyncio
import contextlib
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.hubspot_reference import events_of, funnel_by_source
from leadtrace.testing.installation import Installation, running

pytestmark = pytest.mark.slow

# As they stand in a command line; PostgreSQL and the broker are among them.
VICTIMS = (
    "leadtrace_ingest.main door",
    "leadtrace_ingest.main relay",
    "leadtrace_scoring.main",
    "leadtrace_attribution.main",
    "leadtrace_api.main project",
    "tansu",
    "bin/postgres",
)
_UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


async def _kill(installation: Installation, words: str) -> None:
    victim = await eventually_answers(
        lambda: _look(installation, words), what=f"{words} runs", deadline_s=30.0
    )
    assert victim is not None
    with contextlib.suppress(psutil.NoSuchProcess):
        victim.kill()


async def _look(installation: Installation, words: str) -> psutil.Process | None:
    with contextlib.suppress(LookupError):
        return installation.find(words)
    return None


async def _expect_truth(installation: Installation, bodies: list[bytes]) -> None:
    events = events_of(bodies)
    report = await installation.accounted(items=len(events), within_s=180.0)
    assert report["balanced"], report
    assert report["difference"] == 0
    assert sum(row["published"] for row in report["items"]) == len(events)
    assert sum(row["quarantined"] for row in report["items"]) == 0
    funnel = await installation.get("/v1/funnel", by="channel")
    expected = funnel_by_source(events)
    assert {group["key"]["channel"]: _reached(group) for group in funnel["groups"]} == {
        channel: numbers.reached for channel, numbers in expected.items()
    }
    assert {group["key"]["channel"]: group["revenue"]["amount"] for group in funnel["groups"]} == {
        channel: f"{numbers.revenue:.2f}" for channel, numbers in expected.items()
    }


def _reached(group: dict[str, Any]) -> dict[str, int]:
    return {row["stage"]: row["reached"] for row in group["stages"] if row["reached"] is not None}


async def test_nothing_is_lost_whichever_process_is_killed(data_folder: Path) -> None:
    chance = random.Random(11)
    bodies = make_deliveries(_UNTIL, leads=600)
    async with running(data_folder) as installation:
        halves = [bodies[: len(bodies) // 2], bodies[len(bodies) // 2 :]]
        for half in halves:
            posting = asyncio.create_task(installation.post(half, repeat_share=0.1))
            for words in chance.sample(VICTIMS, len(VICTIMS)):
                await _kill(installation, words)
                await _some_progress(installation)
            await posting
        await _expect_truth(installation, bodies)


async def test_nothing_is_lost_when_everything_dies_at_once(data_folder: Path) -> None:
    bodies = make_deliveries(_UNTIL, leads=400)
    async with running(data_folder) as installation:
        await installation.post(bodies[: len(bodies) // 2])
        await installation.kill_everything()
        await installation.start()
        await installation.post(bodies)
        await _expect_truth(installation, bodies)
        await installation.kill_everything()
        await installation.start()
        await _expect_truth(installation, bodies)


async def _some_progress(installation: Installation) -> None:
    """Wait until the api answers again, so that the next victim meets a system that works, not a ruin."""

    async def answers() -> bool:
        with contextlib.suppress(Exception):
            return bool(await installation.get("/v1/audit/conservation"))
        return False

    await eventually_answers(answers, what="the api answers again", deadline_s=60.0)
