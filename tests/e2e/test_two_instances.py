"""Two processes of each service share the work; one of each dies, and nothing is lost or counted twice."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.hubspot_reference import events_of, funnel_by_source
from tests.e2e.by_hand import PROCESSES, SHARED_PROCESSES, ByHand, by_hand, second

pytestmark = pytest.mark.slow

BODIES = make_deliveries(datetime(2026, 11, 1, tzinfo=UTC), leads=400)
# Small chunks leave something for the other relay.
SHARING = {"LEADTRACE_KAFKA__JOIN_GROUPS": "true", "LEADTRACE_RELAY__CHUNK_ITEMS": "100"}
READERS = ("scoring", "attribution", "projector")
OTHERS = tuple(second(name) for name in SHARED_PROCESSES)
ALL = (*PROCESSES, *OTHERS)


async def _until_both_worked(parts: ByHand, name: str, sample: str, **labels: str) -> None:
    """Return once both processes of a service have counted something."""

    async def counted() -> bool:
        return all([await parts.counted(one, sample, **labels) for one in (name, second(name))])

    await eventually_answers(counted, what=f"both processes of {name} have work", deadline_s=60.0)


async def test_work_is_shared_and_a_death_loses_nothing(data_folder: Path) -> None:
    half = len(BODIES) // 2
    async with by_hand(data_folder, **SHARING) as parts:
        await asyncio.gather(parts.start_postgres(), parts.start_broker())
        await parts.start(*ALL)
        await parts.until_missing(ALL, {})

        await parts.client.post(BODIES[:half], repeat_share=0.1)
        for name in READERS:
            await _until_both_worked(parts, name, "leadtrace_records_total", outcome="applied")
        await _until_both_worked(parts, "relay", "leadtrace_relayed_items_total")

        posting = asyncio.create_task(parts.client.post(BODIES[half:], repeat_share=0.1))
        await parts.kill(*OTHERS)
        await posting
        await _expect_truth(parts)


async def _expect_truth(parts: ByHand) -> None:
    events = events_of(BODIES)
    report = await parts.client.accounted(items=len(events))
    assert report["balanced"], report
    assert report["difference"] == 0
    assert [row["published"] for row in report["items"]] == [len(events)]
    funnel = await parts.client.get("/v1/funnel", by="channel")
    assert {group["key"]["channel"]: group["revenue"]["amount"] for group in funnel["groups"]} == {
        channel: f"{numbers.revenue:.2f}" for channel, numbers in funnel_by_source(events).items()
    }
    for group in funnel["groups"]:
        reached = {row["stage"]: row["reached"] for row in group["stages"] if row["reached"] is not None}
        assert reached == funnel_by_source(events)[group["key"]["channel"]].reached
