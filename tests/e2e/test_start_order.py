"""Start order does not matter, and what goes away may come back: each part started and stopped by hand.

The tests follow each other on one installation.
"""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.cli.traffic.signature import signed_headers
from leadtrace.runtime.clock import SystemClock
from leadtrace.testing.hubspot_reference import events_of
from leadtrace.testing.installation import SECRET
from tests.e2e.by_hand import PROCESSES, ByHand, by_hand
from tests.e2e.conftest import reachable_folder

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

BODIES = make_deliveries(datetime(2026, 11, 1, tzinfo=UTC), leads=90)
THIRD = len(BODIES) // 3
WITHOUT_KAFKA = {name: {"kafka"} for name in ("relay", "scoring", "attribution", "projector")}
WITHOUT_POSTGRES = {name: {"postgres"} for name in PROCESSES}
WANT_TABLES = {"door": "check the master keys", "relay": "read the secret"}
WITHOUT_BOTH = {name: WITHOUT_POSTGRES[name] | WITHOUT_KAFKA.get(name, set()) for name in PROCESSES}
ANSWERED_WITHIN_S = 4.0  # HubSpot gives up at 5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parts() -> AsyncIterator[ByHand]:
    """Everything, nothing of which runs yet."""
    with reachable_folder() as folder:
        async with by_hand(folder) as made:
            yield made


async def post_once(parts: ByHand, content: bytes) -> httpx.Response:
    """One signed delivery, not tried again."""
    hook = parts.client.hook
    headers = signed_headers(SECRET, hook, content, SystemClock().now_us() // 1_000)
    async with httpx.AsyncClient(timeout=10.0) as client:
        return await client.post(hook, content=content, headers=headers)


async def expect_balance(parts: ByHand, bodies: list[bytes]) -> None:
    """Every item of these deliveries, and nothing else, was published once and reached every reader."""
    items = len(events_of(bodies))
    report = await parts.client.accounted(items=items)
    assert report["balanced"]
    assert report["difference"] == 0
    assert [row["published"] for row in report["items"]] == [items]


async def test_every_process_lives_without_postgres_and_broker_and_says_what_it_misses(parts: ByHand) -> None:
    # Against the flow: the last reader first.
    await parts.start(*reversed(PROCESSES))
    await parts.until_missing(PROCESSES, WITHOUT_BOTH)
    for name in PROCESSES:
        alive = await parts.ask(name, "/livez")
        assert alive is not None
        assert alive.status_code == 200
        assert parts.alive(name)


async def test_what_comes_up_later_is_found(parts: ByHand) -> None:
    # A database that nobody has migrated yet is one that is not there yet.
    await parts.start_bare_postgres()
    for name, what in WANT_TABLES.items():
        await parts.until_said(name, what)
    await parts.start_postgres()
    await parts.until_missing(PROCESSES, WITHOUT_KAFKA)
    await parts.start_broker()
    await parts.until_missing(PROCESSES, {})
    await parts.client.post(BODIES[:THIRD])
    await expect_balance(parts, BODIES[:THIRD])


async def test_without_postgres_the_door_keeps_what_is_posted_until_it_is_back(parts: ByHand) -> None:
    await parts.postgres.stop()
    await parts.until_missing(PROCESSES, WITHOUT_POSTGRES)
    began = time.monotonic()
    assert (await post_once(parts, BODIES[THIRD])).status_code == 202
    assert time.monotonic() - began <= ANSWERED_WITHIN_S
    assert await parts.spilled() == {"file": 1}

    await parts.start_postgres()
    await parts.until_missing(PROCESSES, {})
    await parts.until_filed()
    await parts.client.post(BODIES[THIRD + 1 : 2 * THIRD])
    await expect_balance(parts, BODIES[: 2 * THIRD])


async def test_without_the_broker_the_door_goes_on(parts: ByHand) -> None:
    await parts.broker.stop()
    await parts.until_missing(PROCESSES, WITHOUT_KAFKA)
    for body in BODIES[2 * THIRD :]:
        assert (await post_once(parts, body)).status_code == 202
    report = await parts.client.get("/v1/audit/conservation")
    assert report["pending"] > 0
    assert report["difference"] == 0

    await parts.start_broker()
    await parts.until_missing(PROCESSES, {})
    await expect_balance(parts, BODIES)


async def test_asked_to_stop_every_process_ends_well(parts: ByHand) -> None:
    assert await parts.stop() == dict.fromkeys(reversed(PROCESSES), 0)
    for name in PROCESSES:
        log = parts.log_of(name)
        assert "Traceback" not in log, log
        assert "exc_type" not in log, log
        # Through two outages and a start without anything: what is missing is said, not repeated.
        assert len(log.splitlines()) < 100, log
