"""A delivery belongs to who took it last: whoever comes late with a result changes nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from leadtrace.runtime.clock import SequentialIds
from leadtrace.runtime.settings_outbound import Subscription
from leadtrace_attribution.delivery import queue, routing, subscriptions
from leadtrace_attribution.delivery.queue import Failure, Taken
from tests.integration.attribution.webhooks_scene import Webhooks, subscription, webhooks_over

IDS = SequentialIds()
FAILURE = Failure(500, "answered 500")


@pytest_asyncio.fixture
async def webhooks(database_url: str) -> AsyncIterator[Webhooks]:
    """One delivery that is due."""
    async with webhooks_over(database_url) as scene:
        table = Subscription.model_validate(subscription("https://crm.example/"))
        async with scene.pool.acquire() as connection:
            await subscriptions.register(connection, {"crm": table}, scene.clock.now())
            await scene.tell()
            await routing.route(connection, scene.clock.now())
        yield scene


async def take(webhooks: Webhooks) -> list[Taken]:
    async with webhooks.pool.acquire() as connection:
        now = webhooks.clock.now()
        return list(await queue.claim(connection, "crm", IDS.uuid7(), now=now, lease_s=30, limit=9))


async def settle(webhooks: Webhooks, taken: Taken, *, delivered: bool) -> None:
    now = webhooks.clock.now()
    async with webhooks.pool.acquire() as connection:
        if delivered:
            await queue.delivered(connection, taken, status=200, now=now)
        else:
            await queue.failed(connection, taken, FAILURE, now=now, next_at=now + timedelta(hours=1))


async def stands(webhooks: Webhooks) -> tuple[str, int]:
    row = await webhooks.pool.fetchrow("select state, attempts from attribution.deliveries")
    assert row is not None
    return row[0], row[1]


async def test_nobody_takes_what_another_holds_until_its_lease_ends(webhooks: Webhooks) -> None:
    assert len(await take(webhooks)) == 1
    webhooks.clock.advance(timedelta(seconds=29))
    assert await take(webhooks) == []
    webhooks.clock.advance(timedelta(seconds=1))
    assert len(await take(webhooks)) == 1


@pytest.mark.parametrize("delivered", [True, False])
async def test_a_result_that_comes_after_the_lease_changes_nothing(
    webhooks: Webhooks, *, delivered: bool
) -> None:
    (late,) = await take(webhooks)
    webhooks.clock.advance(timedelta(seconds=31))
    (held,) = await take(webhooks)
    await settle(webhooks, late, delivered=delivered)
    assert await stands(webhooks) == ("pending", 0)
    await settle(webhooks, held, delivered=True)
    assert await stands(webhooks) == ("delivered", 1)
    await settle(webhooks, held, delivered=False)
    assert await stands(webhooks) == ("delivered", 1)


@pytest.mark.parametrize(("delivered", "state"), [(True, "delivered"), (False, "dead")])
async def test_what_was_under_way_as_the_receiver_went_is_told_as_it_came_out(
    webhooks: Webhooks, *, delivered: bool, state: str
) -> None:
    (held,) = await take(webhooks)
    async with webhooks.pool.acquire() as connection:
        await subscriptions.disable(connection, "crm", "the receiver answered 410", webhooks.clock.now())
    assert (await stands(webhooks))[0] == "dead"
    await settle(webhooks, held, delivered=delivered)
    assert (await stands(webhooks))[0] == state
