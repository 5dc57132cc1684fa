"""Unmodified client libraries against a running door: what they send is taken, and counts once."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
import requests
from requests.adapters import HTTPAdapter
from standardwebhooks.webhooks import Webhook
from urllib3.util import Retry

from leadtrace.events.codec import decode_data
from leadtrace.events.times import from_micros
from leadtrace.events.touchpoint import TouchpointRecorded
from tests.integration.ingest.cloudevents_clients import (
    drive_javascript,
    install_javascript,
    older_python_messages,
    python_messages,
)
from tests.integration.ingest.door_scene import DoorScene
from tests.integration.ingest.events_scene import (
    BEARER,
    PATH,
    RELAY_PATH,
    RELAY_SECRET,
    events_door,
    relayed,
    stored,
    terms_of,
)
from tests.integration.ingest.unsteady_front import unsteady_front
from tests.unit.ingest.event_items import JSON, STRUCTURED, cloud_event, event, type_of
from tests.unit.ingest.hubspot_items import AT_MS, raw

TOUCH = {"channel": "ads", "campaign": "Grüße & 50%"}
ATTRIBUTES: dict[str, object] = {
    "id": "py-1",
    "source": "app/py",
    "type": type_of("touchpoint.recorded"),
    "subject": "visitor/Jürgen 50%",
    "time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "datacontenttype": "application/json",
}
COUNT = 5


async def test_the_python_sdk_in_both_modes(database_url: str) -> None:
    ascii_only = {**ATTRIBUTES, "id": "py-2", "subject": "visitor/7", "time": "2026-01-02T03:04:05+00:00"}
    messages = [*python_messages(ATTRIBUTES, TOUCH), *older_python_messages(ascii_only, TOUCH)]
    async with events_door(database_url) as door:
        for message in messages:
            answer = await door.client.post(PATH, content=message.body, headers={**message.headers, **BEARER})
            assert answer.status_code == 202, answer.text
    async with relayed(database_url) as scene:
        published = {one.id: one for one in scene.published()}
        assert scene.published_ids() == {("app/py", "py-1"): 1, ("app/py", "py-2"): 1}
        assert published["py-1"].subject == "visitor/Jürgen 50%"
        assert published["py-2"].subject == "visitor/7"
        for one in published.values():
            assert one.time == ATTRIBUTES["time"]
            assert decode_data(one) == TouchpointRecorded(channel="ads", campaign="Grüße & 50%")
        assert (await terms_of(scene, "app"))["duplicate"] == 2


async def test_the_javascript_sdk_in_both_modes_meets_failures(database_url: str) -> None:
    await asyncio.to_thread(install_javascript)
    async with (
        events_door(database_url) as door,
        unsteady_front(door.client) as front,
    ):
        await drive_javascript(f"{front.address}{PATH}", COUNT)
        assert set(front.statuses) == {202}
    async with relayed(database_url) as scene:
        assert scene.published_ids() == {("app/js", f"js-{number}"): 1 for number in range(COUNT)}
        assert {one.sequence for one in scene.published()} == {str(n).zfill(20) for n in range(COUNT)}
        data = TouchpointRecorded(channel="ads", campaign="Grüße")
        assert [decode_data(one) for one in scene.published()] == [data] * COUNT
        terms = await terms_of(scene, "app")
        assert terms == {"accepted": 2 * COUNT + 1, "published": COUNT, "duplicate": COUNT + 1}


async def test_a_client_that_retries_what_was_answered_503_is_counted_once(database_url: str) -> None:
    def post(address: str) -> requests.Response:
        retry = Retry(total=5, status_forcelist=[503], allowed_methods=None, respect_retry_after_header=False)
        with requests.Session() as session:
            session.mount("http://", HTTPAdapter(max_retries=retry))
            headers = {**BEARER, "Content-Type": STRUCTURED, "Idempotency-Key": "once"}
            return session.post(address, raw(cloud_event()), headers=headers, timeout=30)

    async with events_door(database_url) as door, unsteady_front(door.client) as front:
        answer = await asyncio.to_thread(post, f"{front.address}{PATH}")
        assert answer.status_code == 202
        assert answer.headers["idempotency-replayed"] == "true"  # the first answer was lost on its way
        assert front.posts == 3
    assert await stored(database_url) == 1
    async with relayed(database_url) as scene:
        assert scene.published_ids() == {("app", "e-1"): 1}


class TestStandardWebhooks:
    """Requests signed by the unmodified reference library."""

    async def post(self, door: DoorScene, body: bytes, *, secret: str = RELAY_SECRET) -> httpx.Response:
        at = from_micros(AT_MS * 1_000)
        signature = Webhook(secret).sign("msg_1", at, body.decode())
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(AT_MS // 1_000),
            "webhook-signature": signature,
            "Content-Type": JSON,
        }
        return await door.post(body, headers, RELAY_PATH)

    async def test_are_taken_and_never_refused_for_what_they_say(self, database_url: str) -> None:
        good = raw(event(source="relay"))
        async with events_door(database_url) as door:
            for body in (good, good, raw(event(source="relay", data={"x": 1})), b"{"):
                answer = await self.post(door, body)
                assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
        async with relayed(database_url) as scene:
            assert scene.published_ids() == {("relay", "e-1"): 1}
            terms = await terms_of(scene, "relay")
            assert terms == {"accepted": 4, "published": 1, "duplicate": 1, "quarantined": 2}

    @pytest.mark.parametrize("secret", ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])
    async def test_are_refused_if_signed_with_another_secret(self, database_url: str, secret: str) -> None:
        async with events_door(database_url) as door:
            answer = await self.post(door, raw(event(source="relay")), secret=secret)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert await stored(database_url) == 0
