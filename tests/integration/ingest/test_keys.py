"""API keys over a running door: made once, shown once, checked from memory, revoked within seconds."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from leadtrace.runtime.key_ring import digest_of
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from tests.integration.ingest.door_scene import ADMIN_KEY, PATH, DoorScene, running_door
from tests.integration.ingest.opened import stored_deliveries
from tests.unit.ingest.hubspot_items import item, raw

BODY = raw([item("contact.creation")])
KEYS = "/v1/admin/keys"


def bearing(key: str) -> dict[str, str]:
    """The header that shows a key."""
    return {"Authorization": f"Bearer {key}"}


@pytest_asyncio.fixture
async def door(database_url: str) -> AsyncIterator[DoorScene]:
    async with running_door(database_url) as scene:
        yield scene


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Connection]:
    connection = await connect(database_url, "leadtrace_ingest")
    yield connection
    await connection.close()


async def make(door: DoorScene, key: str = ADMIN_KEY, **asked: Any) -> httpx.Response:
    """Ask for a key."""
    return await door.client.post(KEYS, json=asked, headers=bearing(key))


async def made(door: DoorScene, **asked: Any) -> dict[str, Any]:
    """A key that was made."""
    answer = await make(door, **asked)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_key_is_shown_once_and_stored_as_a_hash(door: DoorScene, database: Connection) -> None:
    told = await made(door, scopes=["read", "read:pii"], name="dashboard")
    key = told["key"]
    assert re.fullmatch(r"lt_[A-Za-z0-9_-]{43}", key)
    row = dict(await database.fetchrow("select * from ingest.api_keys") or {})
    assert row["hash"] == digest_of(key.encode())
    assert (row["name"], row["scopes"], row["sender"]) == ("dashboard", ["read", "read:pii"], None)
    assert key not in str(row)
    listed = (await door.client.get(KEYS, headers=bearing(ADMIN_KEY))).json()["keys"]
    assert [one["key_id"] for one in listed] == [told["key_id"]]
    assert set(listed[0]) == {"key_id", "name", "scopes", "sender", "made_at", "revoked_at"}


async def test_two_keys_are_never_alike(door: DoorScene) -> None:
    keys = {(await made(door, scopes=["read"]))["key"] for _ in range(5)}
    assert len(keys) == 5


class TestAdmin:
    async def test_a_key_of_that_scope_opens_the_admin_routes_at_once(self, door: DoorScene) -> None:
        key = (await made(door, scopes=["admin"]))["key"]
        assert (await make(door, key, scopes=["read"])).status_code == 201
        assert (await door.client.post("/v1/admin/reconcile", headers=bearing(key))).status_code == 200

    @pytest.mark.parametrize("scope", ["read", "read:pii", "ingest"])
    async def test_a_key_of_another_scope_is_told_so(self, door: DoorScene, scope: str) -> None:
        sender = {"sender": "hubspot"} if scope == "ingest" else {}
        key = (await made(door, scopes=[scope], **sender))["key"]
        answer = await make(door, key, scopes=["read"])
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:leadtrace:problem:scope_missing")

    async def test_a_revoked_key_is_none(self, door: DoorScene, database: Connection) -> None:
        told = await made(door, scopes=["admin"])
        path = f"{KEYS}/{told['key_id']}"
        first = await door.client.delete(path, headers=bearing(ADMIN_KEY))
        assert first.status_code == 200
        assert (await make(door, told["key"], scopes=["read"])).status_code == 401
        again = await door.client.delete(path, headers=bearing(ADMIN_KEY))
        assert again.json() == first.json()
        assert await database.fetchval("select count(*) from ingest.api_keys") == 1

    async def test_an_unknown_key_cannot_be_revoked(self, door: DoorScene) -> None:
        answer = await door.client.delete(f"{KEYS}/{UUID(int=5)}", headers=bearing(ADMIN_KEY))
        assert (answer.status_code, answer.json()["parameter"]) == (404, "key_id")

    @pytest.mark.parametrize(
        ("asked", "parameter"),
        [
            ({"scopes": []}, None),
            ({"scopes": ["everything"]}, None),
            ({"scopes": ["read"], "owner": "x"}, None),
            ({"scopes": ["ingest"]}, "sender"),
            ({"scopes": ["ingest"], "sender": "nobody"}, "sender"),
            ({"scopes": ["read"], "sender": "hubspot"}, "sender"),
        ],
    )
    async def test_what_makes_no_sense_is_refused(
        self, door: DoorScene, database: Connection, asked: dict[str, Any], parameter: str | None
    ) -> None:
        answer = await make(door, **asked)
        assert answer.status_code == 422
        assert answer.json().get("parameter") == parameter
        assert await database.fetchval("select count(*) from ingest.api_keys") == 0


class TestDoor:
    async def test_a_key_of_its_sender_stands_for_the_signature(
        self, door: DoorScene, database: Connection
    ) -> None:
        key = (await made(door, scopes=["ingest"], sender="hubspot"))["key"]
        answer = await door.post(BODY, bearing(key) | {"User-Agent": "HubSpot"})
        assert answer.status_code == 202
        assert await database.fetchval("select sender from ingest.intake") == "hubspot"
        (stored,) = await stored_deliveries(database)
        assert stored.body == BODY
        assert key not in stored.headers

    @pytest.mark.parametrize("scope", ["read", "admin"])
    async def test_a_key_of_another_scope_does_not(self, door: DoorScene, scope: str) -> None:
        key = (await made(door, scopes=[scope]))["key"]
        assert (await door.post(BODY, bearing(key))).status_code == 401
        assert (await door.post(BODY, bearing(ADMIN_KEY))).status_code == 401

    async def test_a_wrong_or_revoked_one_does_not(self, door: DoorScene) -> None:
        told = await made(door, scopes=["ingest"], sender="hubspot")
        assert (await door.post(BODY, bearing(told["key"] + "x"))).status_code == 401
        await door.client.delete(f"{KEYS}/{told['key_id']}", headers=bearing(ADMIN_KEY))
        assert (await door.post(BODY, bearing(told["key"]))).status_code == 401

    async def test_below_its_path_a_secret_is_still_asked_for(self, door: DoorScene) -> None:
        key = (await made(door, scopes=["ingest"], sender="hubspot"))["key"]
        answer = await door.post(BODY, bearing(key), f"{PATH}/some-secret")
        assert answer.status_code == 401


async def test_another_door_knows_a_new_key_and_a_revoked_one_within_seconds(
    door: DoorScene, database_url: str
) -> None:
    async with running_door(database_url) as other:
        told = await made(door, scopes=["ingest"], sender="hubspot")

        async def answers(status: int) -> bool:
            return (await other.post(BODY, bearing(told["key"]))).status_code == status

        await eventually_answers(lambda: answers(202), what="the other door knows it", deadline_s=5.0)
        await door.client.delete(f"{KEYS}/{told['key_id']}", headers=bearing(ADMIN_KEY))
        await eventually_answers(lambda: answers(401), what="the other door refuses it", deadline_s=5.0)


async def test_a_door_that_never_read_the_keys_asks_for_a_retry() -> None:
    async with running_door("postgresql:///none?host=/nowhere", wait=False) as door:
        answer = await door.post(BODY, bearing("lt_" + "x" * 43))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["type"] == "urn:leadtrace:problem:keys_not_read"
        assert (await door.post(BODY, bearing("some vendor's own token"))).status_code == 401
