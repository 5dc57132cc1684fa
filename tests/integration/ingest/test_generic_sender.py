"""A CRM that nobody knows, from its webhook to published events: a mapping file, a table, and no code."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from standardwebhooks import Webhook

from leadtrace.events.times import from_micros
from leadtrace.runtime.settings import Settings
from leadtrace_ingest.settings import configured_senders
from tests.integration.ingest.door_scene import running_door
from tests.integration.ingest.scene import ingest_scene
from tests.unit.ingest.generic_items import event, write
from tests.unit.ingest.hubspot_items import AT_MS, raw

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes....").decode()
BODY = raw(
    {
        "account": {"id": "t1"},
        "events": [
            event("person.made", data={"id": 7, "fields": {"email": "eva@firm.de", "stage": "hot"}}),
            event("deal.edited", event_id=2, data={"id": "d1", "stage": "7", "people": [{"id": 7}]}),
            event("page", event_id=3, data={"id": 7, "url": "https://x.de/offer"}),
            event("ping", event_id=4),
            event("strange", event_id=5),
        ],
    }
)
PUBLISHED = [
    ("deal.linked", "deal/d1"),
    ("deal.won", "deal/d1"),
    ("lead.captured", "person/7"),
    ("lead.stage_changed", "person/7"),
    ("touchpoint.recorded", "person/7"),
]
Proof = Callable[[bytes], Mapping[str, str]]


def standard_webhooks(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Signed by the reference library."""
    at = from_micros(AT_MS * 1_000)
    signature = Webhook(secret).sign("msg_1", datetime.fromtimestamp(at.timestamp(), UTC), body.decode())
    timestamp = str(AT_MS // 1_000)
    return {"webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": signature}


def body_hmac(body: bytes) -> dict[str, str]:
    """Signed as many CRMs do."""
    return {"X-Acme-Signature": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


def basic(_: bytes) -> dict[str, str]:
    """A user name and a password."""
    return {"Authorization": "Basic " + base64.b64encode(f"acme:{SECRET}".encode()).decode()}


def bearer(_: bytes) -> dict[str, str]:
    """A key."""
    return {"Authorization": f"Bearer {SECRET}"}


def nothing(_: bytes) -> dict[str, str]:
    """Nothing but the path."""
    return {}


CASES: dict[str, tuple[dict[str, Any], Proof, str]] = {
    "standard_webhooks": ({"secrets": [SECRET]}, standard_webhooks, ""),
    "hmac": ({"secrets": [SECRET], "signature_header": "X-Acme-Signature"}, body_hmac, ""),
    "basic": ({"secrets": [SECRET], "username": "acme"}, basic, ""),
    "bearer": ({"secrets": [SECRET]}, bearer, ""),
    "path": ({"path_secrets": ["5f0c-not-to-be-guessed"]}, nothing, "/5f0c-not-to-be-guessed"),
}


@pytest.mark.parametrize("base", ["/v1/webhooks/acme", "/v1/webhooks/generic/acme"])
@pytest.mark.parametrize("auth", CASES)
async def test_from_its_webhook_to_published_events(
    database_url: str, tmp_path: Path, auth: str, base: str
) -> None:
    given, prove, below = CASES[auth]
    sender = {"kind": "generic", "auth": auth, "mapping": str(write(tmp_path)), "rank": 60, **given}
    async with running_door(database_url, senders={"acme": sender}) as door:
        answers = [await door.post(BODY, prove(BODY), base + below) for _ in range(2)]
        strangers = [
            await door.post(BODY, {}, base),
            await door.post(BODY, {"Authorization": "Bearer wrong"}, f"{base}/wrong"),
        ]
    assert [(answer.status_code, answer.json()["accepted"]) for answer in answers] == [(202, 5)] * 2
    assert {answer.status_code for answer in strangers} == {httpx.codes.UNAUTHORIZED}
    assert "5f0c" not in strangers[1].text

    settings = Settings.model_validate({"senders": {"acme": sender}})
    adapters = {name: one.adapter for name, one in configured_senders(settings).items()}
    async with ingest_scene(database_url, adapters) as scene:
        await scene.drain()
        events = scene.published()
        assert (
            sorted((one.type.split(".", 2)[2].removesuffix(".v1"), one.subject) for one in events)
            == PUBLISHED
        )
        assert {(one.source, one.mapping) for one in events} == {("acme/t1", "acme-crm@3")}
        assert await scene.items() == {
            "accepted": 10,
            "published": 3,
            "duplicate": 5,
            "ignored": 1,
            "quarantined": 1,
        }
        outcomes = await scene.outcomes(UUID(answers[0].json()["intake_id"]))
        assert "unmapped_event" in str(outcomes)
        headers = await scene.pool.fetchval("select string_agg(headers::text, ' ') from ingest.intake")
        assert SECRET not in headers
        assert "5f0c" not in headers
