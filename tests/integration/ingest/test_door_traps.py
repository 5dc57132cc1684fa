"""Mistakes of other doors, each provoked on ours. The numbers are those of the list of traps."""

import base64
import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from leadtrace.store.engine import connect
from tests.integration.ingest.door_scene import PATH, DoorScene, running_door, signed_v1, signed_v2, signed_v3
from tests.integration.ingest.opened import stored_deliveries
from tests.unit.ingest import pipedrive_items
from tests.unit.ingest.hubspot_items import SECRET, contact_property, item, raw

PIPEDRIVE = {"username": pipedrive_items.USERNAME, "secrets": [pipedrive_items.PASSWORD]}
PIPEDRIVE_PATH = "/v1/webhooks/pipedrive"


@pytest_asyncio.fixture
async def door(database_url: str) -> AsyncIterator[DoorScene]:
    async with running_door(database_url, senders={"pipedrive": PIPEDRIVE}) as scene:
        yield scene


@pytest.mark.parametrize("sign", [signed_v1, signed_v2, signed_v3])
@pytest.mark.parametrize(
    ("sent", "again"),
    [
        (b'[{"b":1,"a":2}]', b'[{"a":2,"b":1}]'),
        (b'[{"a":"\\u00fc"}]', '[{"a":"ü"}]'.encode()),
        (b'[{"a":1}]\n', b'[{"a":1}]'),
        (b'[{"a": 1}]', b'[{"a":1}]'),
        (b'[{"a":1.0}]', b'[{"a":1}]'),
        (b'[{"a":"\\/"}]', b'[{"a":"/"}]'),
    ],
    ids=["key order", "unicode escape", "trailing newline", "space", "number", "escaped slash"],
)
async def test_trap_4_signatures_cover_the_bytes_as_they_came(
    door: DoorScene, database_url: str, sign: object, sent: bytes, again: bytes
) -> None:
    """Reading and writing the JSON anew gives another body, and every true signature would be refused."""
    assert callable(sign)
    assert (await door.post(sent, sign(sent))).status_code == 202
    assert (await door.post(again, sign(sent))).status_code == 401
    database = await connect(database_url, "leadtrace_ingest")
    assert [one.body for one in await stored_deliveries(database)] == [sent]
    await database.close()


class TestTrap3:
    """The path and the signature say who posts; anybody can say anything in a User-Agent."""

    async def test_another_user_agent_changes_nothing(self, door: DoorScene, database_url: str) -> None:
        body = raw([item("contact.creation")])
        for agent in ("Pipedrive Webhooks", "HubSpot Webhooks", "", "curl/8"):
            answer = await door.post(body, signed_v3(body) | {"User-Agent": agent})
            assert answer.status_code == 202
        database = await connect(database_url, "leadtrace_ingest")
        assert await database.fetchval("select array_agg(distinct sender) from ingest.intake") == ["hubspot"]
        await database.close()

    async def test_the_right_user_agent_opens_no_other_path(self, door: DoorScene) -> None:
        body = raw([item("contact.creation")])
        elsewhere = signed_v3(body, PIPEDRIVE_PATH) | {"User-Agent": "HubSpot Webhooks"}
        assert (await door.post(body, elsewhere, PIPEDRIVE_PATH)).status_code == 401
        credentials = base64.b64encode(
            f"{PIPEDRIVE['username']}:{pipedrive_items.PASSWORD}".encode()
        ).decode()
        basic = {"Authorization": f"Basic {credentials}", "User-Agent": "Pipedrive Webhooks"}
        assert (await door.post(body, basic)).status_code == 401


class TestTrap5:
    async def test_the_address_is_the_configured_one_whatever_a_proxy_says(self, door: DoorScene) -> None:
        """The door hears http on a port of its own; HubSpot signed the public https address."""
        body = raw([item("contact.creation")])
        proxied = {"Host": "10.0.0.7:8001", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
        for sign in (signed_v2, signed_v3):
            assert (await door.post(body, sign(body) | proxied)).status_code == 202

    async def test_a_signature_over_the_host_that_the_caller_chose_is_refused(self, door: DoorScene) -> None:
        body = raw([item("contact.creation")])
        digest = hashlib.sha256(f"{SECRET}POSThttps://evil.example{PATH}".encode() + body).hexdigest()
        chosen = {"X-HubSpot-Signature": digest, "X-HubSpot-Signature-Version": "v2", "Host": "evil.example"}
        chosen |= {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
        assert (await door.post(body, chosen)).status_code == 401

    async def test_one_bad_item_among_a_hundred_is_no_reason_for_a_4xx(self, door: DoorScene) -> None:
        """HubSpot would send all hundred again, for a day."""
        good = [item("contact.creation", eventId=number, objectId=number) for number in range(97)]
        bad = [5, item("contact.teleported"), contact_property("lifecyclestage", "nonsense")]
        body = raw([*good, *bad])
        answer = await door.post(body)
        assert (answer.status_code, answer.json()["accepted"]) == (202, 100)

    @pytest.mark.parametrize("body", [b"", b"{", b"[5]", b'{"meta":{}}', b"\xff\xfe"])
    async def test_nor_is_a_body_that_nobody_can_read(self, door: DoorScene, body: bytes) -> None:
        assert (await door.post(body)).status_code == 202
        auth = httpx.BasicAuth(pipedrive_items.USERNAME, pipedrive_items.PASSWORD)
        assert (await door.client.post(PIPEDRIVE_PATH, content=body, auth=auth)).status_code == 202
