"""No personal value in a log line, a metric, an answer or a reason, whichever sender it came by."""

import base64
import hmac
import json
import logging
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from leadtrace.testing.eventually import eventually_answers
from leadtrace_ingest.senders.imported.header import ImportFormat, ImportHeader, body_of, hash_of
from tests.integration.ingest.door_scene import ADMIN_KEY, DoorScene
from tests.integration.ingest.running import running_ingest, waits
from tests.unit.ingest import event_items, mautic_items, pipedrive_items, salesforce_items, segment_messages
from tests.unit.ingest.test_import_adapter import MAPPING

EMAIL = "ana.seeded@personal.example"
PHONE = "+4915700099887"
NAME = "Anaseeded"
SEEDS = (EMAIL, PHONE, NAME)
KEY = "a key for this test"
SENDERS: Mapping[str, Mapping[str, Any]] = {
    "website": {"kind": "segment", "secrets": [KEY]},
    "pipedrive": {"kind": "pipedrive", "username": "leadtrace", "secrets": [KEY]},
    "mautic": {"kind": "mautic", "secrets": [KEY]},
    "app": {"kind": "events", "secrets": [KEY]},
    "ads": {"kind": "spend", "secrets": [KEY]},
    "salesforce": {
        "kind": "salesforce",
        "secrets": [salesforce_items.RELAY_SECRET],
        "path_secrets": [salesforce_items.PATH_SECRET],
        "organizations": [salesforce_items.ORGANIZATION],
    },
}
BEARER = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
BASIC = {"authorization": "Basic " + base64.b64encode(f"leadtrace:{KEY}".encode()).decode()}
ADMIN = {"authorization": f"Bearer {ADMIN_KEY}"}
TRAITS = {"email": EMAIL, "phone": PHONE, "firstName": NAME, "any": f"{NAME} {PHONE}"}
# Of each kind what is fine, and what is not in every place where a value may stand. Names of types, and ids
# that a sender gives its events, are told: they are its own words and no fields of a person.
SEGMENT = [
    segment_messages.message("identify", traits=TRAITS, messageId="1"),
    segment_messages.message("track", event="x", properties=EMAIL, messageId="3"),
    segment_messages.message("track", event="x", userId={"email": EMAIL}, messageId="4"),
    segment_messages.message("track", event="x", timestamp=EMAIL, messageId="5"),
    segment_messages.message("group", groupId=[EMAIL], messageId="6"),
    segment_messages.capture("$create_alias", {"alias": EMAIL}, uuid="7"),
    EMAIL,
]
PIPEDRIVE = [
    pipedrive_items.second("create", "person", {"id": 8, "name": NAME, "email": [{"value": EMAIL}]}, id_=8),
    pipedrive_items.second("create", EMAIL, {"id": 8}, id_=8),
    pipedrive_items.second("create", "deal", {"id": 8, "value": EMAIL, "currency": PHONE}, id_=8),
    pipedrive_items.second("create", "person", EMAIL, id_=EMAIL),
    pipedrive_items.second("change", "person", {"id": 8}, EMAIL, timestamp=EMAIL),
]
CONTACT = mautic_items.CONTACT | {
    "fields": {"core": {"email": {"alias": "email", "value": EMAIL}, "phone": {"alias": PHONE}}},
}
MAUTIC: list[Any] = [
    {"mautic.lead_post_save_new": [mautic_items.event(contact=CONTACT), {"contact": EMAIL}, EMAIL]},
    {"mautic.form_on_submit": [mautic_items.event(submission={"id": EMAIL, "results": EMAIL})]},
    {f"mautic.{EMAIL}": [EMAIL], "timestamp": EMAIL},
    EMAIL,
]
EVENTS: list[Any] = [
    event_items.event(data={"personal": {"email": EMAIL}, "properties": {}}),
    event_items.event(EMAIL),
    event_items.event(data={"personal": EMAIL}),
    event_items.event(data={"properties": {"x": [EMAIL]}, EMAIL: NAME}),
    event_items.event(time=EMAIL),
    EMAIL,
]
SPEND = [
    {"account": "a", "from": EMAIL, "to": PHONE, "rows": []},
    {"account": {"email": EMAIL}, "from": "2026-01-01", "to": "2026-01-01", "rows": EMAIL},
]
SALESFORCE = [
    salesforce_items.change("Lead", "CREATE", {"Email": EMAIL, "Phone": PHONE, "FirstName": NAME}),
    salesforce_items.change("Lead", "UPDATE", {"Email": EMAIL, "ConvertedContactId": EMAIL}),
    salesforce_items.change("Opportunity", "UPDATE", {"Amount": EMAIL}),
    salesforce_items.change("Lead", EMAIL, {"Email": EMAIL}),
    EMAIL,
]
ROWS = [
    {"Id": "7", "Stage": "MQL", "Created": "2026-01-01", "Modified": "2026-01-01", "Email": EMAIL},
    {"Id": "8", "Stage": EMAIL, "Created": EMAIL, "Modified": PHONE},
    {"Id": {"x": EMAIL}, "Stage": "MQL", "Modified": "2026-01-01"},
]


class Lines(logging.Handler):
    """Everything that is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, with all that was handed along; the test's own client is no part of it."""
        if not record.name.startswith(("http", "asyncio")):
            self.text += f"{record.getMessage()} {record.__dict__}\n"


def signed(content: bytes) -> dict[str, str]:
    signature = base64.b64encode(hmac.digest(KEY.encode(), content, "sha256")).decode()
    return {"webhook-signature": signature, "content-type": "application/json"}


def imported() -> bytes:
    content = json.dumps(MAPPING).encode()
    rows = ImportFormat(file=hash_of(b"export.csv"), format="csv", first_row=1)
    header = ImportHeader(msgspec.Raw(content), hash_of(content), rows, "33")
    return body_of(header, [*(json.dumps(row).encode() for row in ROWS), f"not json {EMAIL}".encode()])


async def tell(door: DoorScene) -> list[httpx.Response]:
    """Post everything to everybody; the answers."""

    async def post(path: str, body: object, headers: Mapping[str, str]) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"content-type": "application/json", **headers}
        return await door.client.post(path, content=content, headers=given)

    answers = [await post("/v1/batch", {"batch": SEGMENT, "writeKey": KEY}, {})]
    answers += [await post(f"/v1/{EMAIL}", {"writeKey": KEY}, {}), await post("/v1/track", SEGMENT[2], {})]
    answers += [await post("/v1/webhooks/pipedrive", one, BASIC) for one in [*PIPEDRIVE, EMAIL]]
    for one in MAUTIC:
        content = json.dumps(one).encode()
        answers.append(
            await door.client.post("/v1/webhooks/mautic", content=content, headers=signed(content))
        )
    answers += [await post("/v1/events", one, BEARER) for one in EVENTS]
    answers += [await post("/v1/spend", one, BEARER) for one in SPEND]
    answers.append(await post(f"/v1/spend?account={EMAIL}&from={PHONE}", EMAIL, BEARER))
    for one in (SALESFORCE, EMAIL):
        content = json.dumps(one).encode()
        headers = salesforce_items.signed(content)
        answers.append(await post("/v1/webhooks/salesforce/cdc", content, headers))
    answers.append(await post("/v1/import/app", imported(), ADMIN))
    answers.append(await post("/v1/import/app", f"not a header {EMAIL}".encode(), ADMIN))
    return answers


async def test_nothing_personal_is_told(database_url: str) -> None:
    lines = Lines()
    logging.getLogger().addHandler(lines)
    logging.getLogger().setLevel(logging.DEBUG)
    async with running_ingest(database_url, SENDERS) as (door, database):
        answers = await tell(door)

        async def is_settled() -> bool:
            left = await database.fetchval("select count(*) from ingest.intake where state <> 'done'")
            return left == 0 and not await waits(database)

        await eventually_answers(is_settled, what="all is settled")
        held = await database.fetch("select sender, reason, detail from ingest.quarantine")
        keys = await database.fetch("select id, subject, source from ingest.events")
        metrics = (await door.client.get("/metrics")).text
        personal = await database.fetchval("select count(*) from ingest.personal_keys")
        events = await database.fetch("select body from ingest.events")
    logging.getLogger().removeHandler(lines)
    assert {row["sender"] for row in held} >= set(SENDERS) - {"ads"}
    assert personal >= 4  # the blocks that are theirs, sealed
    told = {
        "answers": "\n".join(answer.text + str(answer.headers) for answer in answers),
        "reasons": "\n".join(f"{row['sender']}: {row['reason']} {row['detail']}" for row in held),
        "keys": str(keys),
        "events": str(events),
        "metrics": metrics,
        "log": lines.text,
    }
    found = [f"{place}: {seed}" for place, text in told.items() for seed in SEEDS if seed in text]
    assert found == [], "\n".join(
        line for text in told.values() for line in text.splitlines() if any(seed in line for seed in SEEDS)
    )
