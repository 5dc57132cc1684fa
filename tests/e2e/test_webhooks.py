"""Webhooks of a whole installation: a receiver gets each at least once, signed, over `kill -9` as well."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from standardwebhooks import Webhook

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.events.notifications import NotificationKind
from leadtrace.runtime.clock import SystemClock
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation, running
from leadtrace.testing.webhook_receiver import Received, Receiver, Reply, receiving
from leadtrace_attribution.notifications import Notification, notify
from tests.e2e.commands import leadtrace
from tests.e2e.killing import killed_once

pytestmark = pytest.mark.slow

SECRET = f"whsec_{base64.b64encode(b'not a real secret of anybody').decode()}"
WORKER = "leadtrace_attribution.delivery.main"
TOLD = 300
SETTLED_WITHIN_S = 60.0


def subscribed(receiver: Receiver) -> dict[str, str]:
    """The environment of an installation that tells the receiver."""
    return {
        "LEADTRACE_SUBSCRIPTIONS__CRM__URL": receiver.url,
        "LEADTRACE_SUBSCRIPTIONS__CRM__SECRETS": json.dumps([SECRET]),
        "LEADTRACE_OUTBOUND__TIMEOUT_S": "2",
        "LEADTRACE_OUTBOUND__LEASE_S": "3",
    }


@asynccontextmanager
async def database_of(installation: Installation) -> AsyncIterator[Connection]:
    """A connection to the installation's database."""
    state = DataFolder(installation.folder).read_state()
    assert state is not None
    connection = await connect(state.postgres_url)
    try:
        yield connection
    finally:
        await connection.close()


def offers(first: int, count: int, **more: Any) -> list[Notification]:
    """As many offers, as the fold tells of them."""
    now = SystemClock().now()
    given = {"definition_version": 1, "moment": now, "team": "sales", **more}
    return [
        Notification(
            kind=NotificationKind.HANDOVER_OFFERED,
            **{"lead_id": UUID(int=number), "data": {"offer_id": f"offer-{number}"}, **given},
        )
        for number in range(first, first + count)
    ]


def checked(received: Received) -> dict[str, Any]:
    """The body, once the reference library has checked its signature."""
    body: dict[str, Any] = Webhook(SECRET).verify(received.body, dict(received.headers))
    assert body["id"] == received.webhook_id
    return body


async def settled(connection: Connection, delivered: int) -> None:
    """Wait until the tables say that everything is delivered."""
    query = """
    select (select sum(routed_to) from attribution.notifications) = $1 and count(*) = $1
           and (select count(*) = 0 from attribution.notifications where routed_to is null)
    from attribution.deliveries where state = 'delivered'
    """

    async def all_of_it() -> bool:
        return bool(await connection.fetchval(query, delivered))

    await eventually_answers(all_of_it, what="everything is delivered", deadline_s=SETTLED_WITHIN_S)


async def test_each_webhook_arrives_although_the_worker_is_killed(data_folder: Path) -> None:
    async def slowly(_: Received) -> Reply:
        await asyncio.sleep(0.02)  # so that there is always something amid
        return Reply()

    amid = "select exists (select from attribution.deliveries where lease is not null)"
    async with receiving(slowly) as receiver, running(data_folder, **subscribed(receiver)) as installation:
        told: list[Notification] = []
        for round_ in range(3):
            async with database_of(installation) as connection:
                news = offers(1_000 * (round_ + 1), TOLD)
                async with connection.transaction():
                    await notify(connection, news)
                told += news
            async with killed_once(installation, WORKER, amid, what="a delivery is under way") as (pid, _):
                await eventually_answers(lambda pid=pid: is_back(installation, pid), what="it is back")  # type: ignore[misc]
        async with database_of(installation) as connection:
            await settled(connection, len(told))
        bodies = [checked(one) for one in receiver.received]
        leads = {one["data"]["lead_id"] for one in bodies}
        assert leads == {str(one.lead_id) for one in told}
        assert len(set(receiver.ids())) == len(told)
        # Each kill costs at most what was under way.
        assert len(receiver.received) <= len(told) + 3 * 4
        assert await installation.stop() == 0
        assert "Traceback" not in installation.log.read_text()


async def is_back(installation: Installation, killed: int) -> bool:
    """Whether another process took the killed one's place, and is ready."""
    try:
        if installation.find(WORKER).pid == killed:
            return False
    except LookupError:
        return False
    return await installation.ready()


async def all_delivered(connection: Connection) -> int:
    """Wait until nothing is left to be routed or delivered; how many deliveries there were."""
    query = """
    select case when not exists (select from attribution.notifications where routed_to is null)
                then (select nullif(count(*), 0) from attribution.deliveries
                      having bool_and(state = 'delivered')) end
    """
    found: list[int] = []

    async def nothing_left() -> bool:
        count = await connection.fetchval(query)
        found[:] = [count or 0]
        return count is not None

    await eventually_answers(nothing_left, what="everything is delivered", deadline_s=SETTLED_WITHIN_S)
    return found[0]


async def open_offer(installation: Installation, received: list[Received]) -> tuple[str, str]:
    """A lead whose offer was told with a link and is open still, and that link."""
    now = SystemClock().now().isoformat()
    for one in reversed(received):
        data = checked(one)["data"]
        if data["kind"] == NotificationKind.HANDOVER_OFFERED and data["reject_url"]:
            lead = await installation.get(f"/v1/leads/{data['lead_id']}")
            if lead["offers"][-1]["answer"] == "open" and data["links_expire_at"] > now:
                return data["lead_id"], data["reject_url"]
    raise AssertionError("no offer that was told is open")


async def test_a_person_answers_the_offer_of_a_lead_by_the_link_of_its_webhook(data_folder: Path) -> None:
    """The whole way: posted by the CRM, offered by the fold, told, rejected by link, and folded again."""
    bodies = make_deliveries(SystemClock().now(), leads=60)
    async with receiving() as receiver, running(data_folder, **subscribed(receiver)) as installation:
        await installation.post(bodies)
        before = await installation.accounted(items=1)
        async with database_of(installation) as connection:
            await all_delivered(connection)
            lead, link = await open_offer(installation, receiver.received)
            async with httpx.AsyncClient(timeout=10, headers={"accept": "text/html"}) as client:
                assert (await client.get(link)).status_code == 200
                assert (await client.post(link, data={"reason": "no_interest"})).status_code == 202
                assert "rejected already" in (await client.post(link, data={"reason": "no_interest"})).text
            items = sum(row["accepted"] for row in before["items"])
            report = await installation.accounted(items=items + 1)
            assert report["balanced"]
            assert sum(row["accepted"] for row in report["items"]) == items + 1
            page = await installation.get(f"/v1/leads/{lead}")
            offer = page["offers"][-1]
            assert (offer["answer"], offer["reason"], offer["answered_by"]) == (
                "rejected",
                "no_interest",
                "link",
            )
            assert page["hands"]["account"] == "marketing"
            told = await all_delivered(connection)
        listed = await leadtrace(installation.environment(), "webhooks", "list", columns=160)
        assert listed.code == 0, listed.err
        assert f"{told:,} routed = {told:,} delivered + 0 pending + 0 dead; difference 0" in listed.out
