"""Pipedrive at a running door: its hook must never see the broker's troubles, and its retries count once."""

from typing import Any

import httpx
import pytest

from leadtrace.testing.eventually import eventually_answers
from tests.integration.ingest.door_scene import DoorScene, running_door
from tests.integration.ingest.published import types_on
from tests.integration.ingest.running import running_ingest, settled, terms, waits
from tests.unit.ingest.pipedrive_items import DEAL, PASSWORD, USERNAME, deal_change, first, raw, second

PATH = "/v1/webhooks/pipedrive"
SENDER = {"username": USERNAME, "secrets": ["another live password", PASSWORD]}
CREATED = second("create", "deal", DEAL, id="1")
WON = deal_change({"status": "won"}, {"status": "open"}, id="2")


async def post(door: DoorScene, notification: dict[str, Any], password: str = PASSWORD) -> int:
    """Post as Pipedrive does."""
    answer = await door.client.post(PATH, content=raw(notification), auth=(USERNAME, password))
    return answer.status_code


async def test_a_hook_is_answered_while_the_broker_is_down(database_url: str) -> None:
    """Trap 8: ten first tries that fail ban the hook for half an hour, and what happens then is lost."""
    async with running_ingest(database_url, {"pipedrive": SENDER}) as (door, database):
        await door.bus.make_unavailable()
        answers = [await post(door, second("create", "deal", DEAL, id=str(number))) for number in range(12)]
        assert set(answers) == {202}
        await eventually_answers(lambda: waits(database), what="the relay waits for the broker")
        await door.bus.make_available()
        await eventually_answers(lambda: settled(database, "pipedrive", 12), what="the relay has caught up")
        assert types_on(door.bus)["deal.created"] == 12


async def test_attempts_and_hooks_of_one_change_count_once(database_url: str) -> None:
    """Trap 8: with `attempt` in the dedup key each retry would be a deal won."""
    async with running_ingest(database_url, {"pipedrive": SENDER}) as (door, database):
        attempts = [WON | {"meta": WON["meta"] | {"attempt": attempt}} for attempt in (1, 2, 3, 4)]
        old = first("updated", "deal", DEAL | {"status": "won"}, DEAL, id_=43)
        retries = [old | {"retry": retry} for retry in range(4)]
        hooks = [WON | {"meta": WON["meta"] | {"webhook_id": "8", "webhook_owner_id": "3"}}]
        posted = [CREATED, *attempts, *retries, *hooks]
        assert {await post(door, one) for one in posted} == {202}
        await eventually_answers(lambda: settled(database, "pipedrive", len(posted)), what="all is settled")
        assert await terms(database, "pipedrive") == {"accepted": 10, "published": 3, "duplicate": 7}
        assert types_on(door.bus)["deal.won"] == 2


@pytest.mark.parametrize("password", ["another live password", PASSWORD])
async def test_takes_either_live_password(database_url: str, password: str) -> None:
    async with running_door(database_url, senders={"pipedrive": SENDER}) as door:
        assert await post(door, WON, password) == httpx.codes.ACCEPTED
        assert await post(door, WON, "wrong") == httpx.codes.UNAUTHORIZED
        assert (await door.client.post(PATH, content=raw(WON))).status_code == httpx.codes.UNAUTHORIZED
