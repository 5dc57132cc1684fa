"""PostgreSQL stops under traffic, and all is killed while requests are spilled: none is lost or doubled.

The tests follow each other on one installation.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.cli.traffic.sender import Posted
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.hubspot_reference import events_of
from tests.e2e.by_hand import PROCESSES, ByHand, by_hand, one_by_one
from tests.e2e.conftest import reachable_folder

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

BODIES = one_by_one(make_deliveries(datetime(2026, 11, 1, tzinfo=UTC), leads=90))
THIRD = len(BODIES) // 3
# A door that is known to be unable to commit must answer at once.
SPILLED_P50_WITHIN_S = 0.5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parts() -> AsyncIterator[ByHand]:
    """Everything, ready."""
    with reachable_folder() as folder:
        async with by_hand(folder) as made:
            await asyncio.gather(made.start_postgres(), made.start_broker())
            await made.start(*PROCESSES)
            await made.until_missing(PROCESSES, {})
            yield made


async def until_spilled(parts: ByHand, requests: int) -> None:
    """Return once at least so many requests wait in the spill."""

    async def enough() -> bool:
        return (await parts.spilled()).get("file", 0) >= requests

    await eventually_answers(enough, what=f"{requests} requests are spilled", deadline_s=30.0)


async def expect_balance(parts: ByHand, bodies: list[bytes]) -> None:
    """Every item of these deliveries was published once, however often it was delivered."""
    items = len(events_of(bodies))
    report = await parts.client.accounted(items=items)
    assert report["balanced"], report
    assert report["difference"] == 0
    assert [row["published"] for row in report["items"]] == [items]
    assert [row["quarantined"] for row in report["items"]] == [0]


async def test_postgres_stops_under_traffic_and_the_sender_does_not_notice(parts: ByHand) -> None:
    posting = asyncio.create_task(parts.client.post(BODIES[:THIRD], repeat_share=0.1))
    await parts.postgres.stop()
    posted: Posted = await posting
    assert posted.retried == 0
    latencies = sorted(posted.latencies_s)
    assert latencies[len(latencies) // 2] < SPILLED_P50_WITHIN_S
    await until_spilled(parts, 1)
    ready = await parts.ask("door", "/readyz")
    assert ready is not None
    assert (ready.status_code, [one["dependency"] for one in ready.json()["missing"]]) == (200, ["postgres"])

    await parts.start_postgres()
    await parts.until_filed()
    await parts.until_missing(PROCESSES, {})
    await expect_balance(parts, BODIES[:THIRD])


async def test_everything_is_killed_while_requests_are_spilled(parts: ByHand) -> None:
    await parts.postgres.stop()
    posting = asyncio.create_task(parts.client.post(BODIES[THIRD : 2 * THIRD], repeat_share=0.1))
    await until_spilled(parts, THIRD // 3)
    # The sender goes on posting to a door that is gone, and tries again.
    await parts.kill(*PROCESSES)
    await parts.broker.stop()
    await parts.start("door")
    await posting
    await parts.kill("door")

    await asyncio.gather(parts.start_postgres(), parts.start_broker())
    await parts.start(*PROCESSES)
    await parts.until_missing(PROCESSES, {})
    await parts.until_filed()
    await expect_balance(parts, BODIES[: 2 * THIRD])


async def test_with_broker_and_postgres_away_requests_are_kept_too(parts: ByHand) -> None:
    await parts.broker.stop()
    await parts.postgres.stop()
    posted = await parts.client.post(BODIES[2 * THIRD :])
    assert posted.retried == 0
    await asyncio.gather(parts.start_postgres(), parts.start_broker())
    await parts.until_filed()
    await parts.until_missing(PROCESSES, {})
    await expect_balance(parts, BODIES)


async def test_asked_to_stop_while_requests_are_spilled_the_door_ends_well(parts: ByHand) -> None:
    await parts.postgres.stop()
    await parts.client.post(BODIES[:1])
    assert await parts.stop() == dict.fromkeys(PROCESSES, 0)
    log = parts.log_of("door")
    assert "Traceback" not in log, log
