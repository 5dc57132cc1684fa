"""`Idempotency-Key`: a repeated request gets the first answer again, over doors, restarts and crashes."""

import asyncio
import time

import pytest

from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from leadtrace_ingest.door.idempotency import LONGEST_KEY
from tests.integration.ingest.door_scene import ADMIN_KEY, signed_v3
from tests.integration.ingest.events_scene import BEARER, PATH, events_door, post, relayed, stored
from tests.unit.ingest.event_items import JSON, LINES, binary_headers, cloud_event, event
from tests.unit.ingest.hubspot_items import item, raw

KEY = {"Idempotency-Key": "9f1c3c3e-5b0c-4c57-9a5e-1f1f0e1f7c11"}
BATCH = [event(id="1"), event(id="2", data={"x": 1})]


async def test_a_repeated_request_gets_the_first_answer(database_url: str) -> None:
    async with events_door(database_url) as door:
        first = await post(door, BATCH, **KEY)
        again = await post(door, BATCH, **KEY)
    assert (first.status_code, again.status_code) == (202, 202)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    assert first.json()["quarantined"] == 1
    assert await stored(database_url) == 1


async def test_also_of_a_door_that_was_started_anew(database_url: str) -> None:
    async with events_door(database_url) as door:
        first = await post(door, event(), **KEY)
    async with events_door(database_url) as door:
        again = await post(door, event(), **KEY)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")


async def test_the_same_key_with_other_content_is_refused(database_url: str) -> None:
    async with events_door(database_url) as door:
        first = await post(door, event(), **KEY)
        other = await post(door, event(id="2"), **KEY)
        as_lines = await post(door, event(), LINES, **KEY)
    for answer in (other, as_lines):
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert answer.json()["parameter"] == "Idempotency-Key"
        assert answer.json()["intake_id"] == first.json()["intake_id"]
    async with relayed(database_url) as scene:
        assert [one.id for one in scene.published()] == ["e-1"]


async def test_an_event_in_headers_is_content_too(database_url: str) -> None:
    given, key = binary_headers(cloud_event()), KEY["Idempotency-Key"]
    async with events_door(database_url) as door:
        first, again, other = [
            await post(door, b"{}", **{**given, "ce-id": one, "user-agent": agent, "idempotency-key": key})
            for one, agent in (("1", "sdk/1"), ("1", "sdk/2"), ("2", "sdk/2"))
        ]
    assert (first.status_code, again.headers["idempotency-replayed"]) == (202, "true")
    assert (other.status_code, other.json()["parameter"]) == (422, "Idempotency-Key")


async def test_fifty_copies_at_two_doors_at_once_are_one_request(database_url: str) -> None:
    async with events_door(database_url) as one, events_door(database_url) as other:
        answers = await asyncio.gather(
            *(post((one, other)[number % 2], event(), **KEY) for number in range(50))
        )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["intake_id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert await stored(database_url) == 1


async def test_many_keys_at_two_doors_never_wait_for_each_other_in_a_circle(database_url: str) -> None:
    async with events_door(database_url) as one, events_door(database_url) as other:
        posts = [
            post(door, event(id=str(number)), Idempotency_Key=f"key-{number}")
            for number in range(40)
            for door in ((one, other) if number % 2 else (other, one))
        ]
        answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {202}
    assert await stored(database_url) == 40


async def test_a_refused_request_leaves_its_key_free(database_url: str) -> None:
    async with events_door(database_url) as door:
        assert (await post(door, event(data={"x": 1}), **KEY)).status_code == 422
        assert (await post(door, event(), **KEY)).status_code == 202


async def test_keys_of_two_senders_have_nothing_to_do_with_each_other(database_url: str) -> None:
    shop = {"Authorization": "Bearer the shop's key", "Content-Type": JSON, **KEY}
    async with events_door(database_url) as door:
        await post(door, event(), **KEY)
        answer = await door.post(raw(event(source="shop")), shop, PATH)
    assert answer.status_code == 202
    assert await stored(database_url) == 2


@pytest.mark.parametrize("key", ["", "a b", "x" * (LONGEST_KEY + 1), "schl\u00fcssel"])
async def test_a_key_has_visible_characters_and_a_length(database_url: str, key: str) -> None:
    headers = [
        (b"authorization", BEARER["Authorization"].encode()),
        (b"idempotency-key", key.encode("latin-1")),
    ]
    async with events_door(database_url) as door:
        answer = await door.client.post(
            PATH, content=raw(event()), headers=[(b"content-type", JSON.encode()), *headers]
        )
    assert (answer.status_code, answer.json()["parameter"]) == (400, "Idempotency-Key")
    assert await stored(database_url) == 0


async def test_routes_that_do_not_validate_know_no_keys(database_url: str) -> None:
    body = raw([item("contact.creation")])
    async with events_door(database_url) as door:
        answers = [await door.post(body, signed_v3(body) | KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert await stored(database_url) == 2


async def test_a_request_that_may_have_been_stored_is_repeated_with_its_key(database_url: str) -> None:
    """The door gave up on a commit that came through later: the sender repeats, and it counts once."""
    blocker = await connect(database_url, "leadtrace_ingest")
    async with events_door(database_url, hard_stop_s=0.5) as door:
        async with blocker.transaction():
            await blocker.execute("lock table ingest.intake in exclusive mode")
            assert (await post(door, event(), **KEY)).status_code == 503
        answers = [await post(door, event(), **KEY) for _ in range(2)]
    await blocker.close()
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert await stored(database_url) == 1


async def test_operators_who_wait_for_a_lock_hold_up_no_request_with_a_key(database_url: str) -> None:
    admin = {"Authorization": f"Bearer {ADMIN_KEY}"}
    locker, look = await connect(database_url), await connect(database_url)
    async with events_door(database_url) as door:
        async with locker.transaction():
            await locker.execute("lock table ingest.quarantine in access exclusive mode")
            asking = [
                asyncio.create_task(door.client.get("/v1/admin/quarantine", headers=admin)) for _ in range(6)
            ]
            blocked = "select count(*) >= 2 from pg_stat_activity where wait_event_type = 'Lock'"
            await eventually_answers(lambda: look.fetchval(blocked), what="operators wait")
            began = time.monotonic()
            assert (await post(door, BATCH, **KEY)).status_code == 202
            assert time.monotonic() - began < 1.0
        assert {answer.status_code for answer in await asyncio.gather(*asking)} == {200}
    await locker.close()
    await look.close()
