"""Mautic at a running door: signed batches in, touches out, and what is replayed counts once."""

import base64
import hmac
from typing import Any

import httpx
import msgspec

from leadtrace.testing.eventually import eventually_answers
from tests.integration.ingest.door_scene import DoorScene
from tests.integration.ingest.published import types_on
from tests.integration.ingest.running import running_ingest, settled, terms
from tests.unit.ingest.mautic_items import CONTACT, HIT, SECRET, STAT, SUBMISSION, event

PATH = "/v1/webhooks/mautic"
SENDER = {"secrets": ["the next secret", SECRET]}
BATCH: dict[str, Any] = {
    "mautic.lead_post_save_new": [event(contact=CONTACT)],
    "mautic.page_on_hit": [event(hit=HIT | {"id": number}) for number in range(3)],
    "mautic.form_on_submit": [event(submission=SUBMISSION)],
    "mautic.email_on_open": [event(stat=STAT)],
    "mautic.lead_list_change": [event(contact=CONTACT)],
    "plugin.something": [event(contact=CONTACT)],
}


async def post(door: DoorScene, content: bytes, secret: str = SECRET) -> httpx.Response:
    """Post as Mautic does."""
    signature = base64.b64encode(hmac.digest(secret.encode(), content, "sha256")).decode()
    headers = {"Webhook-Signature": signature, "Content-Type": "application/json"}
    return await door.client.post(PATH, content=content, headers=headers)


async def test_a_batch_is_counted_once_however_often_it_is_posted(database_url: str) -> None:
    async with running_ingest(database_url, {"mautic": SENDER}) as (door, database):
        content = msgspec.json.encode(BATCH)
        for secret in (SECRET, "the next secret", SECRET):
            answer = await post(door, content, secret)
            assert (answer.status_code, answer.json()["accepted"]) == (202, 8)
        assert (await post(door, content, "wrong")).status_code == 401
        assert (await post(door, b'{"timestamp":"2026-01-02T03:04:05+00:00"}')).json()["accepted"] == 0
        await eventually_answers(lambda: settled(database, "mautic", 24), what="all is settled")
        assert await terms(database, "mautic") == {
            "accepted": 24,
            "published": 6,
            "duplicate": 16,
            "ignored": 1,
            "quarantined": 1,
        }
        assert types_on(door.bus) == {"lead.captured": 2, "touchpoint.recorded": 5}
