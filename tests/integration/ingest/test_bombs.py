"""Bodies that unpack to far more than they weigh are refused by every sender, and leave nothing behind."""

import base64
import gzip
import hmac
from collections.abc import Mapping

import pytest

from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from tests.integration.ingest.door_scene import DoorScene, running_door
from tests.integration.ingest.test_nothing_personal_is_told import ADMIN, BASIC, BEARER, KEY, SENDERS, signed
from tests.unit.ingest import salesforce_items
from tests.unit.ingest.hubspot_items import item, raw

PLAIN = b"[" + b" " * 3_000_000 + b"]"
BOMB = gzip.compress(PLAIN)
# Many members, each small.
PARTS = gzip.compress(b"[" + b" " * 400_000) + gzip.compress(b" " * 400_000) * 5 + gzip.compress(b"]")
PATHS: Mapping[str, Mapping[str, str]] = {
    "/v1/batch": BASIC | {"authorization": "Bearer " + KEY},
    "/v1/webhooks/pipedrive": BASIC,
    "/v1/webhooks/mautic": {},
    "/v1/events": BEARER,
    "/v1/spend": BEARER,
    "/v1/webhooks/salesforce/cdc": {},
    "/v1/import/app": ADMIN,
}


def proofs(path: str, body: bytes) -> Mapping[str, str]:
    if path.endswith("mautic"):
        return signed(body)
    return signed_by_relay(body) if path.endswith("cdc") else PATHS[path]


def signed_by_relay(body: bytes) -> Mapping[str, str]:
    """As Standard Webhooks sign, which their own library does for text only."""
    given = salesforce_items.signed(b"{}")
    id_, at = given["webhook-id"], given["webhook-timestamp"]
    secret = base64.b64decode(salesforce_items.RELAY_SECRET.removeprefix("whsec_"))
    digest = hmac.digest(secret, f"{id_}.{at}.".encode() + body, "sha256")
    return {**given, "webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}


async def opened(door: DoorScene) -> DoorScene:
    async def has_imports() -> bool:
        return (await door.client.get("/v1/import/app", headers=ADMIN)).status_code == 200

    await eventually_answers(has_imports, what="the routes of operators are there")
    return door


@pytest.mark.parametrize("bomb", [BOMB, PARTS, BOMB + b"something behind it", BOMB[:-9]])
async def test_is_refused(database_url: str, bomb: bytes) -> None:
    assert len(bomb) < 12_000
    async with running_door(database_url, senders=SENDERS) as door:
        await opened(door)
        for path in PATHS:
            headers = {**proofs(path, bomb), "content-encoding": "gzip", "content-type": "application/json"}
            answer = await door.client.post(path, content=bomb, headers=headers)
            assert answer.status_code in (400, 413), (path, answer.text)
        assert (await door.post(raw([item("contact.creation")]))).status_code == 202
    database = await connect(database_url)
    assert await database.fetchval("select count(*) from ingest.intake") == 1
    await database.close()
