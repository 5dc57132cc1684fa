"""The door for Segment's clients over real HTTP: paths, keys, packed bodies, limits, browsers, webhook."""

import gzip
import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace_ingest.senders.segment.paths import paths
from tests.integration.ingest.door_scene import DoorScene, running_door
from tests.integration.ingest.opened import stored_deliveries
from tests.unit.ingest.segment_messages import SECRET, WRITE_KEY, basic, message, raw

SENDERS = {
    "website": {"kind": "segment", "secrets": [WRITE_KEY]},
    "shop": {"kind": "segment", "secrets": ["wk-shop-old", "wk-shop"]},
    "forwarded": {"kind": "segment_webhook", "secrets": [SECRET], "path_secrets": ["a secret segment"]},
}
TRACK = message("track", event="Video Played")
BATCH = raw({"batch": [TRACK, TRACK | {"messageId": "m2"}], "sentAt": "2026-01-02T00:00:00Z"})
PAGE = {"origin": "https://acme.example", "content-type": "text/plain"}


@pytest_asyncio.fixture
async def door(database_url: str) -> AsyncIterator[DoorScene]:
    async with running_door(database_url, senders=SENDERS) as scene:
        yield scene


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Connection]:
    connection = await connect(database_url, "leadtrace_ingest")
    yield connection
    await connection.close()


async def only_row(database: Connection) -> tuple[str, bytes, dict[str, str], int]:
    (row,) = await database.fetch("select sender, items from ingest.intake")
    (stored,) = await stored_deliveries(database)
    return row["sender"], stored.body, json.loads(stored.headers), row["items"]


async def test_every_path_takes_a_batch_and_keeps_its_route(door: DoorScene, database: Connection) -> None:
    for path in paths():
        answer = await door.post(BATCH, basic(WRITE_KEY), path)
        assert (answer.status_code, answer.content) == (200, b'{"success":true}'), path
    rows = await database.fetch("select sender, items from ingest.intake")
    stored = await stored_deliveries(database)
    assert {tuple(row) for row in rows} == {("website", 2)}
    assert {one.body for one in stored} == {BATCH}
    assert [json.loads(one.headers)[":route"] for one in stored] == list(paths().values())


async def test_the_key_tells_the_sender(door: DoorScene, database: Connection) -> None:
    await door.post(BATCH, basic("wk-shop"), "/v1/batch")
    assert (await only_row(database))[0] == "shop"


async def test_a_key_in_a_packed_body_tells_the_sender_and_is_not_stored(
    door: DoorScene, database: Connection
) -> None:
    body = gzip.compress(raw({"api_key": "wk-shop", "batch": [TRACK]}))
    answer = await door.post(body, {"content-type": "text/plain"}, "/batch/?compression=gzip")
    assert answer.status_code == 200
    sender, stored, _, _ = await only_row(database)
    assert (sender, stored) == ("shop", raw({"api_key": "[write key]", "batch": [TRACK]}))


@pytest.mark.parametrize(
    "headers",
    [
        {"content-encoding": "gzip"},
        {"content-encoding": "x-gzip", "content-type": "application/json"},
        {"content-type": "application/json"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-encoding": "identity"},
    ],
)
async def test_gzip_is_seen_whatever_the_headers_say(
    door: DoorScene, database: Connection, headers: dict[str, str]
) -> None:
    answer = await door.post(gzip.compress(BATCH), headers | basic(WRITE_KEY), "/v1/batch")
    assert answer.status_code == 200
    assert (await only_row(database))[1] == BATCH


async def test_a_plain_body_that_is_called_gzip_is_taken(door: DoorScene, database: Connection) -> None:
    answer = await door.post(BATCH, {"content-encoding": "gzip"} | basic(WRITE_KEY), "/v1/batch")
    assert answer.status_code == 200
    assert (await only_row(database))[1] == BATCH


async def test_a_body_in_chunks_is_put_together(door: DoorScene, database: Connection) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(BATCH), 50):
            yield BATCH[start : start + 50]

    answer = await door.client.post("/v1/batch", content=chunks(), headers=basic(WRITE_KEY))
    assert answer.status_code == 200
    assert (await only_row(database))[1] == BATCH


async def test_a_batch_beyond_segments_limit_is_refused_and_an_import_is_not(
    door: DoorScene, database: Connection
) -> None:
    large = raw({"batch": [message("track", event="E", properties={"x": "x" * 30_000})] * 18})
    assert len(large) > 512_000
    packed = gzip.compress(large)
    refused = await door.post(packed, basic(WRITE_KEY), "/v1/batch")
    assert (refused.status_code, refused.json()["title"]) == (413, "too large")
    assert await database.fetchval("select count(*) from ingest.intake") == 0
    assert (await door.post(packed, basic(WRITE_KEY), "/v1/import")).status_code == 200


@pytest.mark.parametrize("headers", [{}, basic("wrong"), basic(WRITE_KEY, "with a password")])
async def test_without_a_live_key_nothing_is_stored(
    door: DoorScene, database: Connection, headers: dict[str, str]
) -> None:
    answer = await door.post(BATCH, headers, "/v1/batch")
    assert (answer.status_code, answer.json()["title"]) == (401, "signature")
    assert WRITE_KEY not in answer.text
    assert await database.fetchval("select count(*) from ingest.intake") == 0


async def test_a_page_of_another_origin_may_post(door: DoorScene, database: Connection) -> None:
    asked = {
        "origin": "https://acme.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    preflight = await door.client.options("/v1/t", headers=asked)
    assert preflight.status_code == httpx.codes.OK
    assert preflight.headers["access-control-allow-headers"] == "authorization,content-type"
    answer = await door.post(raw(TRACK | {"writeKey": WRITE_KEY}), PAGE, "/v1/t")
    assert answer.status_code == 200
    large = await door.post(raw(TRACK | {"writeKey": WRITE_KEY, "x": "y" * 2_000_000}), PAGE, "/v1/t")
    nobody = await door.post(raw(TRACK), PAGE, "/v1/t")
    # A page may read why it was refused, and when to come again.
    assert [one.status_code for one in (preflight, answer, large, nobody)] == [200, 200, 413, 401]
    for one in (preflight, answer, large, nobody):
        assert one.headers.get_list("access-control-allow-origin") == ["*"]
        assert one.headers["access-control-expose-headers"] == "retry-after"
    assert (await only_row(database))[2][":route"] == "track"


class TestWebhook:
    PATH = "/v1/webhooks/forwarded/a%20secret%20segment"

    def signed(self, body: bytes) -> dict[str, str]:
        return {"X-Signature": hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()}

    async def test_a_message_is_covered_by_its_signature(self, door: DoorScene, database: Connection) -> None:
        body = raw(TRACK)
        assert (await door.post(body, self.signed(body), self.PATH)).status_code == 202
        sender, stored, headers, _ = await only_row(database)
        assert (sender, stored, headers[":signature"]) == ("forwarded", body, "full")
        assert "secret" not in json.dumps(headers)

    async def test_a_batch_is_marked_as_partly_signed(self, door: DoorScene, database: Connection) -> None:
        batch = raw([TRACK, TRACK | {"messageId": "m2"}])
        assert (await door.post(batch, self.signed(raw(TRACK)), self.PATH)).status_code == 202
        _, _, headers, items = await only_row(database)
        assert (headers[":signature"], items) == ("partial", 2)

    async def test_without_signature_or_path_nothing_is_stored(
        self, door: DoorScene, database: Connection
    ) -> None:
        body = raw(TRACK)
        assert (await door.post(body, {}, self.PATH)).status_code == 401
        assert (await door.post(body, self.signed(body), "/v1/webhooks/forwarded")).status_code == 401
        assert await database.fetchval("select count(*) from ingest.intake") == 0
