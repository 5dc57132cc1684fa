"""Outbound Messages and relayed events through a running door and a relay: durable, redacted, published."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from leadtrace.events.codec import decode_event
from leadtrace.events.envelope import Event
from tests.integration.ingest.door_scene import DoorScene, running_door
from tests.integration.ingest.opened import person_of
from tests.integration.ingest.scene import Scene, ingest_scene
from tests.unit.ingest.salesforce_items import (
    ACCOUNT,
    CONTACT,
    DEAL,
    LEAD,
    LONG_LEAD,
    ORGANIZATION,
    PATH_SECRET,
    RELAY_SECRET,
    change,
    cometd,
    notification,
    raw,
    shipped_adapter,
    signed,
    soap,
)

SAMPLE = Path("../shared/data/webhooks/salesforce_outbound_lead.xml")
SENDERS = {
    "salesforce": {
        "path_secrets": ["another-live-segment", PATH_SECRET],
        "organizations": [ORGANIZATION[:15]],
        "secrets": [RELAY_SECRET],
    }
}
PATH = f"/v1/webhooks/salesforce/{PATH_SECRET}"
CDC_PATH = "/v1/webhooks/salesforce/cdc"
XML = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}
SESSION = "00D000000000001!AQ4AQFooSessionSecret"
TOPICS = ("lead-events", "deal-events", "account-events")


@pytest_asyncio.fixture
async def door(database_url: str) -> AsyncIterator[DoorScene]:
    async with running_door(database_url, senders=SENDERS) as scene:
        yield scene


@pytest_asyncio.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with ingest_scene(database_url, {"salesforce": shipped_adapter()}) as made:
        yield made


def sample() -> bytes:
    """The shared sample of an Outbound Message, which stays outside of the repository."""
    return SAMPLE.read_bytes()


async def post(door: DoorScene, body: bytes, path: str = PATH) -> httpx.Response:
    return await door.post(body, XML, path)


async def relay(door: DoorScene, events: object) -> httpx.Response:
    body = raw(events)
    return await door.post(body, {"Content-Type": "application/json", **signed(body)}, CDC_PATH)


def published(scene: Scene) -> list[Event]:
    log = scene.bus.reach()
    return [
        decode_event(record.value)
        for topic in TOPICS
        for place in log.places((topic,))
        for record in log.records(place)
    ]


async def everything_stored(scene: Scene) -> str:
    """Every row of every table of ingest, as text; bytes as what they say."""
    tables = await scene.pool.fetch(
        "select table_name from information_schema.tables"
        " where table_schema = 'ingest' and table_type = 'BASE TABLE' and table_name <> 'installation'"
    )
    rows = [row for (name,) in tables for row in await scene.pool.fetch(f"select * from ingest.{name}")]
    return "\n".join(
        value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        for row in rows
        for value in row.values()
    )


async def test_the_sample_message_becomes_a_lead(door: DoorScene, scene: Scene) -> None:
    answer = await post(door, sample())
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert "<Ack>true</Ack>" in answer.text
    await scene.drain()
    (event,) = published(scene)
    assert (event.type, event.source) == ("io.leadtrace.lead.updated.v1", "salesforce")
    assert event.subject == f"Lead/{LONG_LEAD}"
    assert event.mapping == "salesforce@2"
    person = await person_of(scene.pool, event)
    assert person is not None
    assert person.email == "pat@acme.com"
    assert await scene.items() == {"accepted": 1, "published": 1}


async def test_a_retry_counts_once_whatever_the_record_became_meanwhile(
    door: DoorScene, scene: Scene
) -> None:
    for company in ("ACME", "ACME", "ACME Holding"):
        body = soap(notification({"Id": LEAD, "Company": company}))
        assert (await post(door, body)).status_code == 200
    await scene.drain()
    assert await scene.items() == {"accepted": 3, "published": 1, "duplicate": 2}


async def test_a_session_is_neither_stored_nor_logged(
    door: DoorScene, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    session = f"<SessionId>{SESSION}</SessionId>"
    good = soap(notification({"Id": LEAD, "Company": "ACME"}), "<Notification/>", session=session)
    for body in (good, good[:-30], good.replace(b"?>", b"?><!DOCTYPE a>")):
        assert "<Ack>true</Ack>" in (await post(door, body)).text
    assert (await post(door, good, "/v1/webhooks/salesforce/wrong")).status_code == 401
    await scene.drain()
    assert await scene.items() == {"accepted": 4, "published": 1, "quarantined": 3}
    stored = await everything_stored(scene)
    assert "ACME" in stored
    # The client of this test logs what it calls.
    logged = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith("http"))
    for secret in (SESSION, PATH_SECRET, RELAY_SECRET):
        assert secret not in stored
        assert secret not in logged
    assert SESSION not in caplog.text
    assert all(SESSION.encode() not in bytes(event.data) for event in published(scene))


@pytest.mark.parametrize(
    "what",
    [
        b'<!DOCTYPE a [<!ENTITY x "x"><!ENTITY y "&x;&x;&x;&x;&x;&x;"><!ENTITY z "&y;&y;&y;&y;&y;">]>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">',
    ],
)
async def test_entities_are_held_back_and_acknowledged(door: DoorScene, scene: Scene, what: bytes) -> None:
    body = soap(notification({"Id": LEAD, "Company": "@"})).replace(b"?>", b"?>" + what)
    assert "<Ack>true</Ack>" in (await post(door, body.replace(b"@", b"&z;&x;"))).text
    await scene.drain()
    assert await scene.items() == {"accepted": 1, "quarantined": 1}
    row = await scene.pool.fetchrow("select reason, detail from ingest.quarantine")
    assert row is not None
    assert (row["reason"], "DTD" in row["detail"]) == ("not_xml", True)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (soap(notification({"Id": LEAD}), organization="00D000000000002EAA"), PATH),
        (b"<a/>", PATH),
        (soap(notification({"Id": LEAD})), "/v1/webhooks/salesforce"),
        (soap(notification({"Id": LEAD})), "/v1/webhooks/salesforce/wrong"),
        (soap(notification({"Id": LEAD})), CDC_PATH),
        (raw(change("Lead", "DELETE")), CDC_PATH),
        (raw(change("Lead", "DELETE")), PATH),
    ],
)
async def test_nobody_else_may_post(door: DoorScene, scene: Scene, body: bytes, path: str) -> None:
    answer = await post(door, body, path)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert PATH_SECRET not in answer.text
    assert await scene.pool.fetchval("select count(*) from ingest.intake") == 0


async def test_without_a_commit_there_is_no_ack(database_url: str) -> None:
    nowhere = database_url.replace("port=5432", "port=5999")
    async with running_door(
        nowhere, wait=False, senders=SENDERS, retry_window_s=0.2, spill_max_bytes=0
    ) as door:
        answer = await post(door, sample())
        assert answer.status_code == 503
        assert "<Ack>false</Ack>" in answer.text
        assert answer.headers["content-type"].startswith("text/xml")
        assert int(answer.headers["retry-after"]) > 0
        assert (await relay(door, change("Lead", "DELETE"))).status_code == 503


async def test_a_commit_that_hangs_is_no_ack_and_the_retry_is(database_url: str, scene: Scene) -> None:
    async with running_door(database_url, senders=SENDERS, hard_stop_s=0.5, spill_max_bytes=0) as door:
        async with scene.pool.acquire() as holder, holder.transaction():
            await holder.execute("lock table ingest.intake in exclusive mode")
            assert "<Ack>false</Ack>" in (await post(door, sample())).text
        assert "<Ack>true</Ack>" in (await post(door, sample())).text
    await scene.drain()
    assert len(published(scene)) == 1


async def test_a_conversion_from_a_relay_shares_its_transaction(door: DoorScene, scene: Scene) -> None:
    converted = {
        "Status": "Qualified",
        "IsConverted": True,
        "ConvertedContactId": CONTACT,
        "ConvertedAccountId": ACCOUNT,
        "ConvertedOpportunityId": DEAL,
    }
    parts = [
        change("Account", "CREATE", {"Name": "ACME"}, recordIds=[ACCOUNT], sequenceNumber=1),
        change("Contact", "CREATE", {"Email": "pat@acme.example"}, recordIds=[CONTACT], sequenceNumber=2),
        change("Opportunity", "CREATE", {"StageName": "Prospecting"}, recordIds=[DEAL], sequenceNumber=3),
        change("Lead", "UPDATE", converted, recordIds=[LEAD], sequenceNumber=4),
    ]
    answer = await relay(door, [cometd(part) for part in parts])
    assert (answer.status_code, answer.json()["accepted"]) == (202, 4)
    await scene.drain()
    events = published(scene)
    assert {event.correlationid for event in events} == {parts[0]["ChangeEventHeader"]["transactionKey"]}
    assert len({event.time for event in events}) == 1
    links = {event.type.split(".", 2)[2]: bytes(event.data).decode() for event in events}
    for link in ("lead.merged.v1", "account.linked.v1", "deal.linked.v1"):
        assert f"Lead/{LONG_LEAD}" in links[link]


async def test_several_records_of_one_event_are_counted_as_several(door: DoorScene, scene: Scene) -> None:
    ids = [f"00Q00000000000{n}" for n in range(5)]
    event = cometd(change("Lead", "UPDATE", {"Status": "New"}, recordIds=ids))
    for _ in range(2):
        assert (await relay(door, event)).json()["accepted"] == 5
    await scene.drain()
    assert await scene.items() == {"accepted": 10, "published": 5, "duplicate": 5}
    assert len({event.subject for event in published(scene)}) == 5


async def test_both_ways_of_delivery_meet_in_one_record(door: DoorScene, scene: Scene) -> None:
    await post(door, soap(notification({"Id": LEAD, "Company": "ACME"})))
    await relay(door, change("Lead", "GAP_UPDATE", recordIds=[LONG_LEAD]))
    await scene.drain()
    events = published(scene)
    assert [event.type.split(".", 2)[2] for event in events] == ["lead.updated.v1", "lead.stale.v1"]
    assert len({event.partitionkey for event in events}) == 1
