"""Who a lead is: shown to keys of scope `read:pii`, each look recorded, nothing left after an erasure."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from leadtrace.events.lead import Stage
from leadtrace.runtime.definitions import shipped_shelf
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.key_ring import digest_of
from leadtrace.runtime.metrics import Metrics
from leadtrace.store.api_keys import StoredKey
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace.testing.vault import OTHER_MASTER_KEY, wrapper_of
from leadtrace_api.app import create_app
from leadtrace_api.personal.vault import Vault
from leadtrace_api.room import Room
from tests.integration.api.conftest import READER_KEY, SETTINGS
from tests.integration.api.people import Person, captured, updated
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import lead_id, outcome, record

LEAD = lead_id(1)
PATH = f"/v1/leads/{LEAD}"
READS = "/v1/audit/personal-reads"
EMAIL = "ann@mailbox.example"
ADMIN = {"authorization": f"Bearer {READER_KEY}"}
MASKED: dict[str, Any] = {
    "masked": True,
    "erased_at": None,
    "email": None,
    "phone": None,
    "first_name": None,
    "last_name": None,
    "other": {},
}


@pytest_asyncio.fixture
async def ingested(database_url: str) -> AsyncIterator[Connection]:
    connection = await connect(database_url)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def person(projection: Projection, ingested: Connection) -> Person:
    """Ann, of whom three events tell; lead 2 is of nobody known."""
    await projection.take([record(outcome(n, (Stage.LEAD, 0)), 1) for n in (1, 2)])
    ann = Person(ingested, 1, LEAD)
    await ann.arrive()
    await ann.tell(2, updated(phone="+491", last_name="Old"))
    await ann.tell(1, captured(email=EMAIL, phone="+490", first_name="Ann"))
    await ann.tell(3, updated(last_name="New", phone=""))
    return ann


def key_of(room: Room, *scopes: str) -> dict[str, str]:
    """The header of a live key with these scopes."""
    secret = f"lt_{'-'.join(scopes)}"
    room.keys.replace([StoredKey(UUID(int=5), "a desk", scopes, None, digest_of(secret.encode()))])
    return {"authorization": f"Bearer {secret}"}


@pytest.mark.usefixtures("person")
class TestMasks:
    async def test_without_the_scope_nothing_is_shown(self, client: httpx.AsyncClient, room: Room) -> None:
        for headers in ({}, key_of(room, "read"), key_of(room, "read", "admin")):
            answer = await client.get(PATH, headers=headers)
            assert answer.json()["personal"] == MASKED
            listed = await client.get("/v1/leads", params={"personal": "true"}, headers=headers)
            assert {str(one["personal"]) for one in listed.json()["leads"]} == {str(MASKED)}
            trace = await client.get(f"{PATH}/trace", headers=headers)
            assert EMAIL not in answer.text + listed.text + trace.text
        assert (await client.get(READS, headers=ADMIN)).json()["reads"] == []

    async def test_the_list_shows_nobody_unasked(self, client: httpx.AsyncClient) -> None:
        listed = await client.get("/v1/leads", headers=ADMIN)
        assert [one["personal"] for one in listed.json()["leads"]] == [None, None]
        assert (await client.get(READS, headers=ADMIN)).json()["reads"] == []

    async def test_the_trace_masks_for_everybody(self, client: httpx.AsyncClient) -> None:
        told = (await client.get(f"{PATH}/trace", headers=ADMIN)).json()["entries"]
        blocks = [one["data"]["personal"] for one in told if one["kind"] == "event"]
        assert blocks == [{"masked": True}] * 3


@pytest.mark.usefixtures("person")
class TestShown:
    async def test_the_newest_of_each_field_is_shown_and_the_look_recorded(
        self, client: httpx.AsyncClient, room: Room
    ) -> None:
        answer = await client.get(PATH, headers=key_of(room, "read", "read:pii"))
        shown = {"email": EMAIL, "first_name": "Ann", "last_name": "New"}
        assert answer.json()["personal"] == {**MASKED, "masked": False, **shown}
        (look,) = (await client.get(READS, headers=ADMIN)).json()["reads"]
        assert (look["key_name"], look["lead_id"], look["route"]) == ("a desk", LEAD, "/v1/leads/{lead_id}")

    async def test_a_session_sees_what_its_key_sees_and_looks_in_the_name_of_its_key(
        self, client: httpx.AsyncClient, room: Room
    ) -> None:
        await client.post("/v1/session", headers=key_of(room, "read", "read:pii", "admin"))
        assert (await client.get(PATH)).json()["personal"]["email"] == EMAIL
        assert (await client.get(READS)).status_code == 403
        (look,) = (await client.get(READS, headers=ADMIN)).json()["reads"]
        assert (look["key_name"], look["key_id"]) == ("a desk", str(UUID(int=5)))
        room.keys.replace([])
        assert (await client.get(PATH)).json()["personal"] == MASKED

    async def test_every_lead_of_a_list_is_a_look(self, client: httpx.AsyncClient) -> None:
        listed = await client.get("/v1/leads", params={"personal": "true"}, headers=ADMIN)
        emails = {one["lead_id"]: one["personal"]["email"] for one in listed.json()["leads"]}
        assert emails == {LEAD: EMAIL, lead_id(2): None}
        reads = (await client.get(READS, headers=ADMIN, params={"limit": 1})).json()
        assert reads["next"] == reads["reads"][0]["read_id"]
        more = (await client.get(READS, headers=ADMIN, params={"before": reads["next"]})).json()
        assert {one["lead_id"] for one in reads["reads"] + more["reads"]} == {LEAD, lead_id(2)}
        assert {one["route"] for one in reads["reads"] + more["reads"]} == {"/v1/leads"}
        own = (await client.get(READS, headers=ADMIN, params={"lead_id": LEAD})).json()["reads"]
        assert [one["lead_id"] for one in own] == [LEAD]


async def test_an_erased_person_is_told_as_such(client: httpx.AsyncClient, person: Person) -> None:
    await person.vanish()
    shown = (await client.get(PATH, headers=ADMIN)).json()["personal"]
    assert shown == {**MASKED, "masked": False, "erased_at": "2026-02-01T00:00:00Z"}


async def test_a_block_that_was_moved_to_another_event_does_not_open(
    client: httpx.AsyncClient, person: Person, ingested: Connection
) -> None:
    assert person is not None
    elsewhere = "convert_to(replace(convert_from(body, 'UTF8'), '\"e1\"', '\"e9\"'), 'UTF8')"
    await ingested.execute(f"update ingest.events set body = {elsewhere}")
    shown = (await client.get(PATH, headers=ADMIN)).json()["personal"]
    assert (shown["email"], shown["last_name"]) == (None, "New")


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("keys", [None, OTHER_MASTER_KEY])
async def test_without_the_master_key_it_says_so_and_records_nothing(
    client: httpx.AsyncClient, room: Room, keys: str | None
) -> None:
    vault = Vault(lambda: None if keys is None else wrapper_of(keys))
    lacking = Room(room.engine, SETTINGS, shipped_shelf(), room.keys, vault)
    transport = httpx.ASGITransport(create_app(lacking, Readiness(), Metrics()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as other:
        answer = await other.get(PATH, headers=ADMIN)
        masked = await other.get(PATH)
    assert answer.status_code == 503
    assert "personal.master_keys" in answer.json()["remedy"]
    assert masked.json()["personal"] == MASKED
    assert (await client.get(READS, headers=ADMIN)).json()["reads"] == []


async def test_looks_are_told_to_admins_only(client: httpx.AsyncClient, room: Room) -> None:
    assert (await client.get(READS)).status_code == 401
    assert (await client.get(READS, headers=key_of(room, "read", "read:pii"))).status_code == 403
    assert (await client.get(READS, headers=key_of(room, "admin"))).status_code == 200
