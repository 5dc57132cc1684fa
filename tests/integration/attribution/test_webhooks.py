"""Webhooks reach their receivers: signed, at least once, each on its own, and the equation always holds."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from leadtrace.events.notifications import NotificationKind
from leadtrace.runtime.answer_links import PURPOSE, read_token
from leadtrace.testing.eventually import eventually, eventually_answers
from leadtrace.testing.vault import wrapper_of
from leadtrace.testing.webhook_receiver import Received, Reply, receiving
from leadtrace_attribution.delivery.schedule import ATTEMPTS
from tests.integration.attribution.webhooks_scene import (
    SECRETS,
    Webhooks,
    configured,
    signed_by,
    subscription,
    webhooks_over,
)


@pytest_asyncio.fixture
async def webhooks(database_url: str) -> AsyncIterator[Webhooks]:
    async with webhooks_over(database_url) as scene:
        yield scene


async def refuse(_: Received) -> Reply:
    return Reply(503)


async def test_a_receiver_checks_what_it_got_with_either_live_secret(webhooks: Webhooks) -> None:
    async with receiving() as receiver, webhooks.worker({"crm": subscription(receiver.url)}):
        (notification_id,) = await webhooks.tell()
        await webhooks.settled(delivered=1, pending=0, dead=0)
    (received,) = receiver.received
    for secret in SECRETS:
        # The reference library checks id, time and body.
        body = Webhook(configured(secret)).verify(received.body, dict(received.headers))
    assert body["id"] == received.webhook_id
    assert body["specversion"] == "1.0"
    assert body["type"] == "io.leadtrace.notice.handover.offered.v1"
    data = body["data"]
    assert data["lead_id"] == "00000000-0000-0000-0000-000000000001"
    assert data["details"] == {"offer_id": "offer-1", "stage": "sql"}
    assert str(notification_id) not in received.webhook_id  # each subscription has an id of its own
    token = data["accept_url"].removeprefix("https://leads.example/v1/answers/").removesuffix("/accept")
    offer = read_token(token, wrapper_of().derived(PURPOSE))
    assert (offer.offer_id, offer.team) == ("offer-1", "sales")
    assert data["reject_url"].endswith(f"{token}/reject")


async def test_a_told_notification_is_told_once(webhooks: Webhooks) -> None:
    moment = webhooks.clock.now()
    async with receiving() as receiver, webhooks.worker({"crm": subscription(receiver.url)}):
        for _ in range(3):
            webhooks.told = 0
            await webhooks.tell(count=5, moment=moment)
        await webhooks.settled(delivered=5)
    assert len(set(receiver.ids())) == len(receiver.received) == 5


async def test_failures_are_tried_again_by_the_schedule_until_they_are_dead(webhooks: Webhooks) -> None:
    async with receiving(refuse) as receiver, webhooks.worker({"crm": subscription(receiver.url)}) as worker:
        (notification_id,) = await webhooks.tell()
        for attempt in range(1, ATTEMPTS + 1):
            await eventually(lambda n=attempt: len(receiver.received) == n, what=f"attempt {attempt}")  # type: ignore[misc]
            if attempt == 2:
                assert (await webhooks.settled(pending=1)).subscriptions[0].next_at is not None
            await webhooks.settled(**({"dead": 1} if attempt == ATTEMPTS else {"pending": 1}))
            webhooks.clock.advance(timedelta(hours=27))
        assert len(set(receiver.ids())) == 1
        assert all(signed_by(one, SECRETS[0]) for one in receiver.received)
        told = (await worker.get(f"/{notification_id}")).json()
        (delivery,) = told["deliveries"]
        assert (delivery["state"], delivery["attempts"], delivery["reason"]) == (
            "dead",
            ATTEMPTS,
            "exhausted",
        )
        assert delivery["last_error"] == "answered 503 Said"
        # Mended and tried again, it comes under the id that it always had.
        receiver.answering = confirm
        answer = await worker.post("/retry", subscription="crm")
        assert answer.json() == {"deliveries": 1, "left_alone": [], "dry_run": False}
        await webhooks.settled(delivered=1)
        assert len(set(receiver.ids())) == 1


async def confirm(_: Received) -> Reply:
    return Reply(204)


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        (lambda _: "7200", timedelta(hours=2)),
        (lambda now: format_datetime(now + timedelta(hours=5), usegmt=True), timedelta(hours=5)),
        (lambda now: format_datetime(now + timedelta(days=99), usegmt=True), timedelta(hours=24)),
        (lambda _: "soon", timedelta(seconds=5)),
        (lambda now: format_datetime(now - timedelta(days=1), usegmt=True), timedelta(seconds=5)),
    ],
    ids=["seconds", "date", "too long", "no moment", "past"],
)
async def test_retry_after_is_honoured(
    webhooks: Webhooks, asked: Callable[[datetime], str], wait: timedelta
) -> None:
    async def busy(_: Received) -> Reply:
        return Reply(429, {"retry-after": asked(webhooks.clock.now())})

    async with receiving(busy) as receiver, webhooks.worker({"crm": subscription(receiver.url)}):
        await webhooks.tell()

        async def waits() -> timedelta | None:
            row = await webhooks.pool.fetchrow("select next_at, attempts from attribution.deliveries")
            return row[0] - webhooks.clock.now() if row is not None and row[1] == 1 else None

        found = await eventually_answers(waits, what="the attempt failed")
        assert found is not None
        # A date has whole seconds; the schedule's own waits are up to a tenth longer.
        assert wait - timedelta(seconds=1) <= found <= wait + timedelta(seconds=1)


async def test_gone_disables_the_subscription_and_says_so(webhooks: Webhooks) -> None:
    async def gone(_: Received) -> Reply:
        return Reply(410)

    async with receiving(gone) as receiver:
        async with webhooks.worker({"crm": subscription(receiver.url)}, concurrency=1) as worker:
            await webhooks.tell(count=3)
            found = await webhooks.settled(dead=3)
            assert len(receiver.received) == 1
            assert found.subscriptions[0].disabled_reason == "the receiver answered 410 Said"
            await webhooks.tell()
            await webhooks.settled(dead=4)
            assert len(receiver.received) == 1
            everybody = await worker.post("/retry", all=True)
            assert everybody.json() == {"deliveries": 0, "left_alone": ["crm"], "dry_run": False}
            receiver.answering = confirm
            assert (await worker.post("/retry", subscription="crm")).json()["deliveries"] == 4
            await webhooks.settled(delivered=4)
        receiver.answering = gone
        async with webhooks.worker({"crm": subscription(receiver.url)}):
            await webhooks.tell()
            await webhooks.settled(delivered=4, dead=1)
    # Another address is another receiver.
    async with receiving() as other, webhooks.worker({"crm": subscription(other.url)}):
        await webhooks.tell()
        await webhooks.settled(delivered=5, dead=1)


async def test_a_slow_receiver_holds_up_nobody_else(webhooks: Webhooks) -> None:
    forever = asyncio.Event()

    async def hang(_: Received) -> Reply:
        await forever.wait()
        return Reply()

    async with receiving(hang) as slow, receiving() as quick:
        tables = {"slow": subscription(slow.url), "quick": subscription(quick.url)}
        async with webhooks.worker(tables, concurrency=2, timeout_s=30, lease_s=60):
            await webhooks.tell(count=40)
            await eventually(lambda: len(quick.received) == 40, what="the quick one has all")
            await webhooks.settled(delivered=40, pending=40)
            assert len(slow.received) == 2  # no more than its share at a time
            forever.set()
            await webhooks.settled(delivered=80)


async def test_who_does_not_answer_in_time_is_asked_again(webhooks: Webhooks) -> None:
    async def hang(_: Received) -> Reply:
        await asyncio.Event().wait()
        return Reply()

    async with (
        receiving(hang) as receiver,
        webhooks.worker({"crm": subscription(receiver.url)}, timeout_s=0.2, lease_s=1),
    ):
        await webhooks.tell()

        async def failed_once() -> bool:
            row = await webhooks.pool.fetchrow(
                "select attempts, last_error, lease from attribution.deliveries"
            )
            return row is not None and tuple(row) == (1, "no answer within 0.2 s", None)

        await eventually_answers(failed_once, what="the attempt is given up")


async def test_a_redirect_is_not_followed(webhooks: Webhooks) -> None:
    async with receiving() as elsewhere:

        async def redirect(_: Received) -> Reply:
            return Reply(307, {"location": elsewhere.url})

        async with receiving(redirect) as receiver, webhooks.worker({"crm": subscription(receiver.url)}):
            await webhooks.tell()
            await eventually(lambda: len(receiver.received) == 1, what="an attempt")

            async def said() -> bool:
                error = await webhooks.pool.fetchval("select last_error from attribution.deliveries")
                return "redirects are not followed" in (error or "")

            await eventually_answers(said, what="it says so")
        assert elsewhere.received == []


async def test_each_is_told_what_it_wants(webhooks: Webhooks) -> None:
    async with receiving() as all_of_it, receiving() as partners, receiving() as recent:
        tables = {
            "all": subscription(all_of_it.url),
            "partners": subscription(partners.url, teams=["partners"], kinds=["handover.breached"]),
            "recent": subscription(recent.url, newest_for_hours=24),
        }
        async with webhooks.worker(tables):
            await webhooks.tell()
            await webhooks.tell(team="partners")
            (wanted,) = await webhooks.tell(team="partners", kind=NotificationKind.HANDOVER_BREACHED)
            await webhooks.tell(team=None, moment=webhooks.clock.now() - timedelta(days=400))
            found = await webhooks.settled(delivered=8)
    assert found.matched == 8
    assert [len(one.received) for one in (all_of_it, partners, recent)] == [4, 1, 3]
    body = json.loads(partners.received[0].body)
    assert body["data"]["kind"] == "handover.breached"
    assert body["data"]["accept_url"] is None  # nothing said when it was offered
    assert wanted


async def test_workers_side_by_side_deliver_each_once(webhooks: Webhooks) -> None:
    async with receiving() as receiver:
        table = {"crm": subscription(receiver.url)}
        async with webhooks.worker(table), webhooks.worker(table), webhooks.worker(table):
            await asyncio.gather(*(webhooks.tell(count=20) for _ in range(10)))
            await webhooks.settled(delivered=200, pending=0, dead=0)
    assert len(receiver.received) == len(set(receiver.ids())) == 200


async def test_what_a_dead_worker_held_is_delivered_once_its_lease_runs_out(webhooks: Webhooks) -> None:
    async with receiving() as receiver:
        await webhooks.tell(count=3)
        async with webhooks.worker({"crm": subscription(receiver.url)}):
            await webhooks.settled(delivered=3)
        # As a worker leaves it that was killed after the receiver confirmed and before it wrote that down.
        await webhooks.pool.execute(
            "update attribution.deliveries set state = 'pending', lease = gen_random_uuid(),"
            " settled_at = null, next_at = $1",
            webhooks.clock.now() + timedelta(seconds=30),
        )
        async with webhooks.worker({"crm": subscription(receiver.url)}):
            await webhooks.tell()
            await webhooks.settled(delivered=1, pending=3)
            webhooks.clock.advance(timedelta(seconds=31))
            await webhooks.settled(delivered=4)
    assert len(receiver.received) == 7
    assert len(set(receiver.ids())) == 4


@pytest.mark.parametrize("removed", [True, False])
async def test_what_a_removed_subscription_waited_for_is_dead(webhooks: Webhooks, *, removed: bool) -> None:
    async with receiving(refuse) as receiver:
        table = {"crm": subscription(receiver.url)}
        async with webhooks.worker(table):
            await webhooks.tell(count=2)
            await eventually(lambda: len(receiver.received) == 2, what="both attempts")
            await webhooks.settled(pending=2)
        async with webhooks.worker({} if removed else table) as worker:
            await webhooks.settled(dead=2 * removed, pending=2 * (not removed))
            if removed:
                listed = (await worker.get(state="dead")).json()["deliveries"]
                assert {one["reason"] for one in listed} == {"removed"}
