"""A person who is erased is named nowhere any more, no number moves, and who comes back is somebody new."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from leadtrace.events.codec import decode_event
from tests.integration.ingest.door_scene import signed_v3
from tests.integration.ingest.erasure_scene import (
    ADMIN,
    EMAIL,
    FIRST,
    LAST,
    PHONE,
    SEEDS,
    ErasureScene,
    erasure_scene,
)
from tests.integration.ingest.opened import person_of, stored_deliveries
from tests.integration.ingest.running import terms
from tests.unit.ingest import event_items, generic_items, salesforce_items, segment_messages
from tests.unit.ingest.hubspot_items import (
    AT_MS,
    association,
    contact_property,
    deal_property,
    item,
    raw,
)

DAY_MS = 86_400_000
LATER = timedelta(days=1)
OTHER = {"objectId": 777}


def named(**fields: Any) -> list[dict[str, Any]]:
    """Contact 501 is who they are; `fields` go on every item."""
    values = {"email": EMAIL, "phone": PHONE, "firstname": FIRST, "lastname": LAST, "fax_at_home": PHONE}
    return [
        contact_property(name, value, eventId=100 + number, **fields)
        for number, (name, value) in enumerate(values.items())
    ]


CRM = [item("contact.creation", eventId=90), *named()]
SALE = [
    association("DEAL_TO_CONTACT", eventId=91),
    deal_property("amount", "4800", eventId=92),
    deal_property("dealstage", "closedwon", eventId=93),
    deal_property("dealname", f"40 seats for {FIRST} {LAST}", eventId=94),
]
NEIGHBOUR = [
    item("contact.creation", eventId=80, **OTHER),
    contact_property("email", "somebody.else@mailbox.example", eventId=81, **OTHER),
    contact_property("email", EMAIL, eventId=82),
]
HELD = [item("contact.teleported", eventId=70, propertyValue=EMAIL)]
IDENTIFY = segment_messages.message(
    "identify",
    messageId="s1",
    userId="u-77",
    traits={"email": EMAIL, "phone": PHONE, "firstName": FIRST, "lastName": LAST},
)
LEAD = salesforce_items.change("Lead", "CREATE", {"Email": EMAIL, "FirstName": FIRST, "LastName": LAST})
CAPTURED = event_items.event(data={"personal": {"email": EMAIL, "first_name": FIRST, "last_name": LAST}})
ACME = {
    "account": {"id": "t1"},
    "events": [
        generic_items.event("person.made", data={"id": 7, "fields": {"email": EMAIL, "stage": "hot"}}),
    ],
}


@pytest_asyncio.fixture
async def scene(database_url: str, tmp_path: Path) -> AsyncIterator[ErasureScene]:
    async with erasure_scene(database_url, tmp_path, generic_items.write(tmp_path)) as made:
        yield made


async def tell(scene: ErasureScene) -> None:
    """Every sender tells of the person."""
    answers = [
        await scene.hubspot(raw(CRM)),
        await scene.hubspot(raw(SALE)),
        await scene.hubspot(raw(NEIGHBOUR)),
        await scene.hubspot(raw(HELD)),
        await scene.hubspot(raw(CRM)),  # a copy of the whole delivery
        await scene.segment(raw(IDENTIFY)),
        await scene.salesforce(raw(LEAD)),
        await scene.app(raw(CAPTURED)),
        await scene.acme(raw(ACME)),
    ]
    assert {answer.status_code for answer in answers} == {httpx.codes.ACCEPTED}
    await scene.settle()


def erase_in_crm(**fields: Any) -> bytes:
    """HubSpot says that contact 501 is to be forgotten."""
    return raw([item("contact.privacyDeletion", eventId=99, occurredAt=AT_MS + DAY_MS, **fields)])


async def by_hubspot(scene: ErasureScene) -> str:
    """The CRM says so."""
    headers = signed_v3(erase_in_crm(), at_ms=AT_MS + DAY_MS)
    assert (await scene.door.post(erase_in_crm(), headers)).status_code == httpx.codes.ACCEPTED
    return "sender hubspot/33"


async def by_segment(scene: ErasureScene) -> str:
    """The destination of a customer data platform says so."""
    gone = segment_messages.message("delete", messageId="s2", userId="u-77", timestamp="2026-01-03T00:00:00Z")
    assert (await scene.segment(raw(gone))).status_code == httpx.codes.ACCEPTED
    return "sender website"


async def by_operator(scene: ErasureScene) -> str:
    """Somebody with an admin key says so."""
    receipt = await scene.erase(await scene.lead_of("app", "contact/123"))
    assert receipt["state"] == "done"
    return "key bootstrap"


WAYS = [by_hubspot, by_segment, by_operator]


async def erase(scene: ErasureScene, way: Callable[[ErasureScene], Awaitable[str]] = by_hubspot) -> None:
    """A day later the person is erased; the address made one lead of all five records."""
    scene.door.clock.advance(LATER)
    asked = await way(scene)
    await scene.settle()
    row = await scene.database.fetchrow("select requested_by, counts from ingest.erasures")
    assert row is not None
    assert row["requested_by"] == asked
    counts = json.loads(row["counts"])
    assert (counts["subjects"], counts["personal_keys"]) == (5, 5)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_nobody_is_named_anywhere_and_no_number_moves(
    scene: ErasureScene, way: Callable[[ErasureScene], Awaitable[str]]
) -> None:
    await tell(scene)
    await scene.read()
    assert await scene.found() == []  # sealed from the first moment on
    before = await scene.aggregates()
    assert any(row[-2] for row in before[1])  # there is revenue that could move
    known = [await person_of(scene.database, event) for event in await personal_events(scene)]
    assert {person.email for person in known if person is not None} >= {EMAIL}
    await erase(scene, way)
    await scene.read()
    assert await scene.found() == []
    after = await scene.aggregates()
    assert [[row for row in rows if row in before[n]] for n, rows in enumerate(after)] == before
    assert after[:2] == before[:2]
    assert await still_known(scene) == ["somebody.else@mailbox.example"]
    named_in = [one for one in await stored_deliveries_left(scene) if is_named(one)]
    assert named_in == []


async def personal_events(scene: ErasureScene) -> list[Any]:
    """The stored events that have a personal block."""
    rows = await scene.database.fetch("select body from ingest.events order by event_no")
    return [decode_event(row["body"]) for row in rows if b'"personal":{' in row["body"]]


async def still_known(scene: ErasureScene) -> list[str]:
    """Every address that a key still opens."""
    people = [
        await person_of(scene.database, event)
        for event in await personal_events(scene)
        if event.subject.startswith(("contact", "user", "Lead", "person"))
    ]
    return sorted({person.email for person in people if person is not None and person.email})


async def stored_deliveries_left(scene: ErasureScene) -> list[bytes]:
    """What is left of raw bodies, in clear; the rows are honest about what is not."""
    rows = await scene.database.fetch(
        "select count(*) filter (where raw_erased_at is null) as left,"
        " count(*) filter (where raw_erased_at is not null and (body <> '' or body_key is not null)) as lying"
        " from ingest.intake"
    )
    assert rows[0]["lying"] == 0
    await scene.database.execute("begin; delete from ingest.intake where raw_erased_at is not null")
    try:
        found = [one.body for one in await stored_deliveries(scene.database)]
    finally:
        await scene.database.execute("rollback")
    assert len(found) == rows[0]["left"]
    return found


def is_named(body: bytes) -> bool:
    """Whether a body names the person."""
    return any(seed.encode().lower() in body.lower() for seed in SEEDS)


async def test_counting_stays_whole_and_says_what_became_of_the_bytes(scene: ErasureScene) -> None:
    await tell(scene)
    held = await terms(scene.database, "hubspot")
    assert held["quarantined"] == 1
    await erase(scene)
    told = await terms(scene.database, "hubspot")
    assert told.get("quarantined", 0) == 0  # it named the person, and can never be done again
    assert told["suppressed"] == 1
    assert told["accepted"] == sum(count for name, count in told.items() if name != "accepted")
    rows = await scene.database.fetch(
        "select accepted_items, outcomes, redacted, raw_erased_at from ingest.pub_intake"
        " where sender = 'hubspot' order by intake_id"
    )
    crm, sale, neighbour, teleported, copy, privacy = rows
    for row in (crm, copy, teleported, privacy):
        assert row["raw_erased_at"] is not None
    # Only the neighbour's items are left, and only the deal's that do not name the person.
    assert (neighbour["redacted"], neighbour["raw_erased_at"]) == ([2], None)
    assert sale["raw_erased_at"] is None
    assert 3 in sale["redacted"]


async def test_what_comes_late_is_stopped_and_who_comes_back_is_somebody_new(scene: ErasureScene) -> None:
    await tell(scene)
    old = await scene.lead_of("hubspot/33", "contact/501")
    await erase(scene)
    before = await terms(scene.database, "hubspot")
    late = raw([*CRM, contact_property("email", EMAIL, eventId=555)])
    again = raw([*named(occurredAt=AT_MS + 2 * DAY_MS), item("contact.creation", eventId=666)])
    for body in (late, again):
        headers = signed_v3(body, at_ms=AT_MS + DAY_MS)
        assert (await scene.door.post(body, headers)).status_code == httpx.codes.ACCEPTED
    await scene.settle()
    after = await terms(scene.database, "hubspot")
    assert after["suppressed"] - before["suppressed"] == len(CRM) + 1 + 1
    # The copies of earlier items with a later time are conflicts of identity, so look at a fresh one.
    fresh = raw([contact_property("email", EMAIL, eventId=777, occurredAt=AT_MS + 2 * DAY_MS)])
    assert (await scene.door.post(fresh, signed_v3(fresh, at_ms=AT_MS + DAY_MS))).status_code == 202
    await scene.settle()
    new = await scene.lead_of("hubspot/33", "contact/501#after-erasure-1")
    assert new not in (old, "None")
    row = await scene.database.fetchrow("select body from ingest.events order by event_no desc limit 1")
    assert row is not None
    person = await person_of(scene.database, decode_event(row["body"]))
    assert person is not None
    assert person.email == EMAIL
    receipt = await scene.erase(new)
    assert receipt["counts"]["subjects"] == 1
    assert await scene.found() == []
    assert (await scene.erase(old))["counts"]["subjects"] == 0  # there was nobody left to erase


async def test_what_was_spilled_is_sealed_and_stopped_once_it_is_filed(scene: ErasureScene) -> None:
    await tell(scene)
    async with scene.owner.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("lock table ingest.intake in exclusive mode")
        answer = await scene.hubspot(raw([contact_property("email", EMAIL, eventId=321)]))
        assert answer.status_code == httpx.codes.ACCEPTED
        files = [path for path in scene.spill.rglob("*.spill") if path.stat().st_size > 8]
        assert files
        assert not any(is_named(path.read_bytes()) for path in files)
        await transaction.rollback()
    await scene.settle()
    await erase(scene)
    assert await scene.found() == []


async def test_receipts_are_listed_and_say_who_asked(scene: ErasureScene) -> None:
    await tell(scene)
    await erase(scene)
    listed = (await scene.door.client.get("/v1/erasures", headers=ADMIN)).json()["erasures"]
    assert [one["requested_by"] for one in listed] == ["sender hubspot/33"]
    assert not any(seed in str(listed) for seed in SEEDS)
    one = (await scene.door.client.get(f"/v1/erasures/{listed[0]['erasure_id']}", headers=ADMIN)).json()
    assert one == listed[0]
    assert one["stores"].keys() >= {"intake", "quarantine", "topics", "spill", "dead_letters"}
    by_lead = await scene.door.client.get("/v1/erasures", params={"lead_id": one["lead_id"]}, headers=ADMIN)
    assert by_lead.json()["erasures"] == [one]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/v1/leads/00000000-0000-0000-0000-000000000007/personal-data", 404),
        ("DELETE", "/v1/leads/nobody/personal-data", 422),
        ("GET", "/v1/erasures/00000000-0000-0000-0000-000000000007", 404),
        ("GET", "/v1/erasures?limit=0", 422),
    ],
)
async def test_what_is_not_there_is_told(scene: ErasureScene, method: str, path: str, status: int) -> None:
    assert (await scene.door.client.request(method, path)).status_code == 401
    answer = await scene.door.client.request(method, path, headers=ADMIN)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
