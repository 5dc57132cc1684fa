"""The door over real HTTP: 2xx means durable, and whatever else it answers, nothing is stored."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from tests.integration.ingest.door_scene import (
    ADMIN_KEY,
    PATH,
    DoorScene,
    running_door,
    signed_v1,
    signed_v2,
    signed_v3,
)
from tests.integration.ingest.opened import stored_deliveries
from tests.integration.ingest.scene import RECEIVED_AT
from tests.unit.ingest.hubspot_items import AT_MS, item, raw

BODY = raw([item("contact.creation"), item("contact.creation", eventId=2)])


@pytest_asyncio.fixture
async def door(database_url: str) -> AsyncIterator[DoorScene]:
    async with running_door(database_url) as scene:
        yield scene


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Connection]:
    connection = await connect(database_url, "leadtrace_ingest")
    yield connection
    await connection.close()


async def stored(database: Connection) -> int:
    return int(await database.fetchval("select count(*) from ingest.intake"))


class TestAccepts:
    @pytest.mark.parametrize("sign", [signed_v1, signed_v2, signed_v3])
    async def test_a_signed_batch_is_durable_before_the_answer(
        self, door: DoorScene, database: Connection, sign: object
    ) -> None:
        assert callable(sign)
        answer = await door.post(BODY, sign(BODY) | {"User-Agent": "HubSpot", "Cookie": "secret"})
        assert answer.status_code == 202
        row = await database.fetchrow("select * from ingest.intake")
        assert row is not None
        assert answer.json() == {"intake_id": str(row["intake_id"]), "accepted": 2}
        assert [one.body for one in await stored_deliveries(database)] == [BODY]
        assert (row["items"], row["sender"], row["state"]) == (2, "hubspot", "pending")
        assert row["received_at"] == RECEIVED_AT
        kept = row["headers"].lower()
        assert "hubspot" in kept
        assert "cookie" not in kept
        assert "x-hubspot-signature-v3" not in kept

    @pytest.mark.parametrize("body", [b"", b"not json", b'{"a":1}', b'[{"a":' + b"[" * 9_999])
    async def test_what_cannot_be_read_is_one_item(
        self, door: DoorScene, database: Connection, body: bytes
    ) -> None:
        answer = await door.post(body)
        assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
        assert [one.body for one in await stored_deliveries(database)] == [body]

    async def test_an_empty_batch_is_accepted_and_leaves_nothing(
        self, door: DoorScene, database: Connection
    ) -> None:
        answer = await door.post(b"[]")
        assert (answer.status_code, answer.json()["accepted"]) == (202, 0)
        assert await stored(database) == 0

    async def test_the_query_is_signed_as_called(self, door: DoorScene) -> None:
        called = f"{PATH}?to=a%40b&x=%20y"
        headers = signed_v3(BODY, f"{PATH}?to=a@b&x=%20y")
        assert (await door.post(BODY, headers, called)).status_code == 202

    async def test_many_at_once_share_commits_and_each_gets_its_own_id(
        self, door: DoorScene, database: Connection
    ) -> None:
        answers = await asyncio.gather(*(door.post(raw([item("x", eventId=n)])) for n in range(80)))
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.json()["intake_id"] for answer in answers}) == await stored(database) == 80
        transactions = await database.fetchval("select count(distinct xmin::text) from ingest.intake")
        assert transactions < 80


REFUSALS: dict[str, tuple[dict[str, str], str]] = {
    "unsigned": ({}, "no HubSpot signature"),
    "wrong": (signed_v3(BODY, secret="guessed"), "does not match"),
    "stale": (signed_v3(BODY, at_ms=AT_MS - 300_001), "300 s"),
    "from the future": (signed_v3(BODY, at_ms=AT_MS + 300_001), "300 s"),
    "of another body": (signed_v3(BODY + b" "), "does not match"),
    "of another path": (signed_v3(BODY, "/v1/webhooks/other"), "does not match"),
    "pretending another host": (
        signed_v3(BODY) | {"X-HubSpot-Signature-v3": "AAAA", "Host": "x"},
        "does not match",
    ),
}


class TestRefuses:
    @pytest.mark.parametrize(("headers", "rule"), REFUSALS.values(), ids=REFUSALS)
    async def test_what_is_not_authentic(
        self, door: DoorScene, database: Connection, headers: dict[str, str], rule: str
    ) -> None:
        answer = await door.post(BODY, headers)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert rule in answer.json()["detail"]
        assert answer.json()["remedy"]
        assert await stored(database) == 0

    async def test_an_unknown_sender(self, door: DoorScene, database: Connection) -> None:
        answer = await door.post(BODY, path="/v1/webhooks/nobody")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert await stored(database) == 0

    async def test_other_methods(self, door: DoorScene) -> None:
        answer = await door.client.get(PATH)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")

    @pytest.mark.parametrize("chunked", [False, True])
    async def test_too_many_bytes(self, database_url: str, database: Connection, *, chunked: bool) -> None:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(5):
                yield b" " * 500

        body = b" " * 2_500
        async with running_door(database_url, max_body_bytes=2_000) as door:
            content = parts() if chunked else body
            answer = await door.client.post(PATH, content=content, headers=signed_v3(body))
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
        assert await stored(database) == 0

    async def test_too_many_items(self, database_url: str, database: Connection) -> None:
        async with running_door(database_url, max_items=100) as door:
            assert (await door.post(b"[" + b"0," * 99 + b"0]")).status_code == 202
            answer = await door.post(b"[" + b"0," * 100 + b"0]")
        assert answer.status_code == 413
        assert "101 items" in answer.json()["detail"]
        assert await stored(database) == 1


class TestOperations:
    async def test_says_that_it_is_ready_and_what_it_did(self, door: DoorScene) -> None:
        await door.post(BODY)
        assert (await door.client.get("/readyz")).json()["checked"] == ["postgres"]
        metrics = (await door.client.get("/metrics")).text
        assert 'leadtrace_accepted_items_total{sender="hubspot"} 2.0' in metrics

    async def test_documents_the_webhook_route(self, door: DoorScene) -> None:
        operation = (await door.client.get("/openapi.json")).json()["paths"]["/v1/webhooks/{sender}"]["post"]
        assert set(operation["responses"]) == {"200", "202", "401", "404", "413", "429", "431", "503"}
        assert operation["requestBody"]["content"]["application/json"]["example"]

    @pytest.mark.parametrize("route", ["reconcile", "republish"])
    async def test_admin_routes_take_the_admin_key(self, door: DoorScene, route: str) -> None:
        path = f"/v1/admin/{route}"
        assert (await door.client.post(path)).status_code == 401
        wrong = {"Authorization": "Bearer nonsense"}
        assert (await door.client.post(path, headers=wrong)).status_code == 401
        answer = await door.client.post(path, headers={"Authorization": f"Bearer {ADMIN_KEY}"})
        assert answer.status_code == 200
        assert [(hop["hop"], hop["missing"], hop["republished"]) for hop in answer.json()["hops"]] == [
            ("lead-events to scoring", 0, 0),
            ("lead-events to attribution", 0, 0),
            ("deal-events to attribution", 0, 0),
            ("spend-events to api", 0, 0),
        ]


class TestWithoutDatabase:
    async def test_says_so_and_refuses_after_a_short_while(self, database_url: str) -> None:
        nowhere = database_url.replace("port=5432", "port=5999")
        # With no room in its spill either; what it does with room is in test_spill.py.
        async with running_door(nowhere, wait=False, retry_window_s=0.2, spill_max_bytes=0) as door:
            answer = await door.post(BODY)
            assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
            assert int(answer.headers["retry-after"]) > 0
            ready = await door.client.get("/readyz")
            assert ready.status_code == 503
            assert [one["dependency"] for one in ready.json()["missing"]] == ["postgres"]

    async def test_a_commit_that_hangs_is_given_up(self, database_url: str, database: Connection) -> None:
        async with running_door(database_url, hard_stop_s=0.5) as door:
            async with database.transaction():
                await database.execute("lock table ingest.intake in exclusive mode")
                assert (await door.post(BODY)).status_code == 503
            answer = await door.post(BODY)
        assert answer.status_code == 202

    async def test_a_lost_connection_is_made_anew(self, door: DoorScene, database_url: str) -> None:
        assert (await door.post(BODY)).status_code == 202
        superuser = await connect(database_url)
        await superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        await superuser.close()
        assert (await door.post(BODY)).status_code == 202


async def test_a_stop_finishes_what_is_in_flight(database_url: str, database: Connection) -> None:
    superuser = await connect(database_url)

    async def waits() -> bool:
        locked = "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        return bool(await superuser.fetchval(f"select count(*) {locked}"))

    async with running_door(database_url) as door:
        async with database.transaction():
            await database.execute("lock table ingest.intake in exclusive mode")
            posting = asyncio.create_task(door.post(BODY))
            await eventually_answers(waits, what="the commit waits for its lock")
            door.stop.set("test")
        assert (await posting).status_code == 202
        await door.task
        with pytest.raises(httpx.TransportError):
            await door.client.get("/livez")
    assert await stored(database) == 1
    await superuser.close()
