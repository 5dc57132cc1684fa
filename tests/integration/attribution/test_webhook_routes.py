"""The operator's side of webhooks: lists in pages, what is replayed, refusals in words."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from leadtrace.testing.webhook_receiver import Received, Reply, receiving
from tests.integration.attribution.webhooks_scene import Webhooks, subscription, webhooks_over


@pytest_asyncio.fixture
async def webhooks(database_url: str) -> AsyncIterator[Webhooks]:
    async with webhooks_over(database_url) as scene:
        yield scene


async def refuse(_: Received) -> Reply:
    return Reply(500)


async def test_a_replay_tells_again_and_tells_who_came_later(webhooks: Webhooks) -> None:
    async with receiving() as first, receiving() as second:
        async with webhooks.worker({"crm": subscription(first.url)}):
            await webhooks.tell(count=3)
            await webhooks.settled(delivered=3)
        tables = {"crm": subscription(first.url), "desk": subscription(second.url, teams=["sales"])}
        async with webhooks.worker(tables) as worker:
            await webhooks.tell(team="partners")
            await webhooks.settled(delivered=4)
            assert second.received == []
            since = (webhooks.clock.now() - timedelta(days=1)).isoformat()
            dry = await worker.post("/replay", since=since, dry_run=True)
            assert dry.json() == {"deliveries": 7, "left_alone": [], "dry_run": True}
            assert (await webhooks.balance()).matched == 4
            told = await worker.post("/replay", since=since)
            assert told.json()["deliveries"] == 7
            found = await webhooks.settled(delivered=7)
            assert found.matched == 7
    assert len(first.received) == 8
    assert len(set(first.ids())) == 4
    assert len(second.received) == 3


async def test_a_replay_leaves_alone_what_waits(webhooks: Webhooks) -> None:
    async with receiving(refuse) as receiver, webhooks.worker({"crm": subscription(receiver.url)}) as worker:
        await webhooks.tell(count=2)
        await webhooks.settled(pending=2)
        assert (await worker.post("/replay", all=True)).json()["deliveries"] == 0


async def test_the_list_goes_on_in_pages(webhooks: Webhooks) -> None:
    async with receiving() as receiver, receiving(refuse) as other:
        tables = {"crm": subscription(receiver.url), "desk": subscription(other.url)}
        async with webhooks.worker(tables) as worker:
            await webhooks.tell(count=5)
            await webhooks.settled(delivered=5, pending=5)
            seen: list[tuple[int, str]] = []
            after: str | None = None
            while True:
                more: dict[str, str] = {"after": after} if after else {}
                told = (await worker.get(limit=3, **more)).json()
                seen += [(one["number"], one["subscription"]) for one in told["deliveries"]]
                after = told["next"]
                if after is None:
                    break
            assert len(seen) == 10
            assert seen == sorted(set(seen))
            pending = (await worker.get(state="pending", subscription="desk")).json()["deliveries"]
            assert {one["last_error"] for one in pending} <= {"answered 500 Said", None}
            balance = (await worker.get("/balance")).json()
            assert balance["origins"] == {"crm": receiver.url.removesuffix("/hook"), "desk": other.url[:-5]}
            assert (balance["matched"], balance["difference"]) == (10, 0)


@pytest.mark.parametrize(
    ("asked", "status", "code", "said"),
    [
        (("post", "/retry", {}), 422, "selection_missing", "say `all`"),
        (("post", "/replay", {"subscription": "nobody"}), 422, "unknown_subscription", "crm"),
        (("post", "/replay", {"since": "yesterday"}), 422, "bad_request", "$.since"),
        (("get", "", {"after": "x"}), 422, "bad_place", "Take `next`"),
        (("get", "", {"state": "lost"}), 422, "bad_request", "$.state"),
        (("get", "/00000000-0000-0000-0000-000000000009", {}), 404, "unknown_notification", "webhooks list"),
    ],
)
async def test_what_cannot_be_done_is_said_in_words(
    webhooks: Webhooks, asked: tuple[str, str, dict[str, str]], status: int, code: str, said: str
) -> None:
    method, path, given = asked
    async with receiving() as receiver, webhooks.worker({"crm": subscription(receiver.url)}) as worker:
        answer = await (worker.get if method == "get" else worker.post)(path, **given)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["type"] == f"urn:leadtrace:problem:{code}"
        assert said in f"{problem['detail']} {problem.get('remedy', '')}"
        worker.client.headers.pop("authorization")
        assert (await worker.get("/balance")).status_code == 401


async def test_metrics_tell_by_subscription(webhooks: Webhooks) -> None:
    async with receiving() as receiver, webhooks.worker({"crm": subscription(receiver.url)}) as worker:
        await webhooks.tell(count=2)
        await webhooks.settled(delivered=2)
        text = (await worker.client.get("/metrics")).text
        assert 'leadtrace_webhook_attempts_total{outcome="delivered",subscription="crm"} 2.0' in text
        assert 'leadtrace_webhook_oldest_pending_seconds{subscription="crm"} 0.0' in text
        assert "whsec_" not in text
