"""What `leadtrace doctor` says of subscriptions, by the database's own views."""

from collections.abc import AsyncIterator

import pytest_asyncio

from leadtrace.cli.finding import Finding, Verdict
from leadtrace.cli.webhooks_check import check_webhooks
from leadtrace.runtime.settings import Settings
from leadtrace.testing.webhook_receiver import Received, Reply, receiving
from tests.integration.attribution.webhooks_scene import Webhooks, subscription, webhooks_over


@pytest_asyncio.fixture
async def webhooks(database_url: str) -> AsyncIterator[Webhooks]:
    async with webhooks_over(database_url) as scene:
        yield scene


async def finding(url: str, **subscriptions: object) -> Finding:
    (found,) = await check_webhooks(
        Settings.model_validate({"postgres": {"url": url}, "subscriptions": subscriptions})
    )
    return found


async def test_nobody_subscribed_is_good(webhooks: Webhooks) -> None:
    assert await finding(webhooks.url) == Finding("webhooks", Verdict.GOOD, "nobody is subscribed")


async def test_the_address_is_shown_without_its_path(webhooks: Webhooks) -> None:
    found = await finding(webhooks.url, crm=subscription("https://crm.example/hidden"))
    assert (found.verdict, found.detail) == (Verdict.GOOD, "crm (https://crm.example)")


async def test_a_disabled_one_is_named_with_its_reason(webhooks: Webhooks) -> None:
    async def gone(_: Received) -> Reply:
        return Reply(410)

    async with receiving(gone) as receiver:
        table = subscription(receiver.url)
        async with webhooks.worker({"crm": table}):
            await webhooks.tell()
            await webhooks.settled(dead=1)
        found = await finding(webhooks.url, crm=table)
        assert found.verdict is Verdict.DOUBTFUL
        assert found.detail == "crm is disabled: the receiver answered 410 Said"
        await webhooks.pool.execute("update attribution.subscriptions set disabled_at = null")
        found = await finding(webhooks.url, crm=table)
        assert found.detail == "1 deliveries are dead"
        assert "leadtrace webhooks list --state dead" in found.remedy
