"""Events over real HTTP: what is wrong is said before the answer, what is bad among good is quarantined."""

import asyncio
from typing import Any

import httpx
import pytest

from leadtrace.events.codec import decode_data
from leadtrace.events.lead import Acquisition, LeadCaptured
from tests.integration.ingest.door_scene import signed_v3
from tests.integration.ingest.events_scene import (
    BEARER,
    PATH,
    events_door,
    post,
    relayed,
    stored,
    terms_of,
)
from tests.integration.ingest.opened import held_items
from tests.unit.ingest.event_items import (
    BATCH,
    JSON,
    LINES,
    STRUCTURED,
    binary_headers,
    cloud_event,
    event,
    without,
)
from tests.unit.ingest.hubspot_items import item, raw

DATA = {"acquisition": {"channel": "ads"}}


async def test_each_form_is_taken_and_published_once(database_url: str) -> None:
    async with events_door(database_url) as door:
        answers = [
            await post(door, cloud_event(data=DATA, id="1"), STRUCTURED),
            await post(door, [cloud_event(data=DATA, id="2")], BATCH),
            await post(door, raw(DATA), **binary_headers(cloud_event(id="3", subject="contact/J%C3%BC"))),
            await post(door, without(event(data=DATA, id="4"), "source")),
            await post(door, raw(event(data=DATA, id="5")) + b"\n" + raw(event(data=DATA, id="6")), LINES),
            await post(door, event(data=DATA, id="6"), path=f"{PATH}/"),
            await post(door, [], BATCH),
        ]
    assert [answer.status_code for answer in answers] == [202] * 7
    assert [answer.json()["accepted"] for answer in answers] == [1, 1, 1, 1, 2, 1, 0]
    (said,) = answers[0].json()["items"]
    assert said == {"item": 0, "outcome": "accepted", "source": "app", "ids": ["1"]}
    async with relayed(database_url) as scene:
        published = scene.published()
        assert {(one.source, one.id) for one in published} == {("app", str(n)) for n in range(1, 7)}
        assert len(published) == 6
        assert {one.subject for one in published if one.id == "3"} == {"contact/Jü"}
        captured = LeadCaptured(acquisition=Acquisition(channel="ads"))
        assert [decode_data(one) for one in published] == [captured] * len(published)
        assert await scene.pool.fetchval("select sum(duplicate) from ingest.pub_items") == 1


async def test_a_partly_valid_batch_is_stored_whole_and_its_bad_items_are_named(database_url: str) -> None:
    batch = [event(id="1"), event(id="2", data={"x": 1}), event(id="3", source="hubspot/33")]
    async with events_door(database_url) as door:
        answer = await post(door, batch)
    assert answer.status_code == 202
    told = answer.json()
    assert (told["accepted"], told["quarantined"]) == (3, 2)
    assert [one["outcome"] for one in told["items"]] == ["accepted", "quarantined", "quarantined"]
    assert told["items"][1] == {
        "item": 1,
        "outcome": "quarantined",
        "reason": "invalid_item",
        "field": "data.x",
        "detail": "data.x: there is no such field",
        "remedy": "Known are: acquisition, bulk, origin, personal, properties.",
    }
    async with relayed(database_url) as scene:
        assert [one.id for one in scene.published()] == ["1"]
        assert await held_items(scene.pool) == [
            (1, "invalid_item", raw(batch[1])),
            (2, "foreign_source", raw(batch[2])),
        ]


DEEP = b'{"data":' + b"[" * 70 + b"]" * 70 + b"}"
REFUSED: dict[str, tuple[object, str, int, str]] = {
    "a wrong field": (event(data={"x": 1}), JSON, 422, "invalid_item"),
    "several": ([event(data={"x": 1}), event(subject="x")], JSON, 422, "invalid_item"),
    "for several reasons": ([event(data={"x": 1}), event(type="x")], JSON, 422, "invalid_items"),
    "no JSON": (b"{", JSON, 400, "not_json"),
    "no JSON at all": (b"", STRUCTURED, 400, "not_json"),
    "another type": (event(), "text/plain", 415, "unsupported_media_type"),
    "too deep": (DEEP, JSON, 422, "too_deep"),
    "too deep in a batch": (b"[%b]" % DEEP, JSON, 422, "too_deep"),
    "too large": (event(x="x" * 300_000), JSON, 413, "too_large"),
    "no version": (without(cloud_event(), "specversion"), STRUCTURED, 422, "invalid_item"),
}


@pytest.mark.parametrize(("body", "content_type", "status", "code"), REFUSED.values(), ids=REFUSED)
async def test_nothing_is_stored_of_what_is_not_valid(
    database_url: str, body: object, content_type: str, status: int, code: str
) -> None:
    async with events_door(database_url) as door:
        answer = await post(door, body, content_type)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    told = answer.json()
    assert told["type"] == f"urn:leadtrace:problem:{code}"
    assert told["detail"]
    assert told["remedy"]
    assert {one["outcome"] for one in told["items"]} == {"refused"}
    assert await stored(database_url) == 0


async def test_headers_that_are_not_utf_8(database_url: str) -> None:
    headers = binary_headers(cloud_event()) | {"ce-subject": "contact/%FF"}
    async with events_door(database_url) as door:
        answer = await post(door, b"{}", **headers)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "ce-subject")
    assert await stored(database_url) == 0


class TestHeaders:
    async def test_a_long_attribute_is_kept_whole(self, database_url: str) -> None:
        subject = "contact/" + "%C3%BC" * 200
        async with events_door(database_url) as door:
            answer = await post(door, b"{}", **(binary_headers(cloud_event()) | {"ce-subject": subject}))
        assert answer.status_code == 202
        async with relayed(database_url) as scene:
            assert [one.subject for one in scene.published()] == ["contact/" + "ü" * 200]

    @pytest.mark.parametrize(
        "more", [{f"x-{n}": "y" for n in range(101)}, {f"x-{n}": "y" * 4_000 for n in range(9)}]
    )
    async def test_too_many_and_too_large(self, database_url: str, more: dict[str, str]) -> None:
        async with events_door(database_url) as door:
            answer = await post(door, event(), **more)
            assert (answer.status_code, answer.headers["content-type"]) == (431, "application/problem+json")
            assert (await post(door, event())).status_code == 202


class TestWhoMayPost:
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody's"}])
    async def test_nobody_without_a_live_key(self, database_url: str, headers: dict[str, str]) -> None:
        async with events_door(database_url) as door:
            answer = await door.post(raw(event()), {"Content-Type": JSON, **headers}, PATH)
        assert answer.status_code == 401
        assert await stored(database_url) == 0

    async def test_the_key_says_whose_event_it_is(self, database_url: str) -> None:
        key = {"Authorization": "Bearer the shop's key", "Content-Type": JSON}
        async with events_door(database_url) as door:
            own = await door.post(raw(without(event(), "source")), key, PATH)
            foreign = await door.post(raw(event()), key, PATH)
        assert own.json()["items"][0]["source"] == "shop"
        assert (foreign.status_code, foreign.json()["parameter"]) == (422, "source")

    async def test_the_handshake_needs_no_key(self, database_url: str) -> None:
        async with events_door(database_url) as door:
            asks = {"WebHook-Request-Origin": "events.example.com", "WebHook-Request-Rate": "120"}
            yes = await door.client.options(PATH, headers=asks)
            no = await door.client.options(PATH)
        assert (yes.status_code, yes.headers["allow"]) == (200, "POST")
        assert yes.headers["webhook-allowed-origin"] == "events.example.com"
        assert yes.headers["webhook-allowed-rate"] == "*"
        assert no.status_code == 405


async def test_a_crm_webhook_nested_too_deeply_is_acknowledged_and_quarantined(database_url: str) -> None:
    deep: Any = "x"
    for _ in range(70):
        deep = [deep]
    body = raw([item("contact.creation"), {**item("contact.creation", eventId=2), "more": deep}])
    async with events_door(database_url) as door:
        answer: httpx.Response = await door.post(body, signed_v3(body))
    assert (answer.status_code, answer.json()["accepted"]) == (202, 2)
    async with relayed(database_url) as scene:
        assert len(scene.published()) == 1
        held = await scene.pool.fetch("select item, reason, detail from ingest.quarantine")
        assert [tuple(row) for row in held] == [(1, "too_deep", "the item is nested deeper than 64 levels")]
        assert BEARER["Authorization"] not in str(await scene.pool.fetch("select * from ingest.intake"))


async def test_fifty_copies_at_once_and_a_corrected_event_are_published_once(database_url: str) -> None:
    async with events_door(database_url) as door:
        wrong = await post(door, [event(id="x"), event(data={"x": 1})])
        assert wrong.json()["quarantined"] == 1
        answers = await asyncio.gather(*(post(door, event()) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {202}
    async with relayed(database_url) as scene:
        assert scene.published_ids() == {("app", "x"): 1, ("app", "e-1"): 1}
        terms = await terms_of(scene, "app")
        assert terms == {"accepted": 52, "published": 2, "duplicate": 49, "quarantined": 1}


async def test_another_event_with_the_same_id_is_a_conflict(database_url: str) -> None:
    async with events_door(database_url) as door:
        for data in ({}, {"properties": {"a": "b"}}):
            assert (await post(door, event(data=data))).status_code == 202
    async with relayed(database_url) as scene:
        assert scene.published_ids() == {("app", "e-1"): 1}
        assert await scene.pool.fetchval("select reason from ingest.quarantine") == "id_conflict"


async def test_whatever_is_accepted_can_be_stored_and_is_published(database_url: str) -> None:
    """No text that passes at the door may trip the relay behind the answer."""
    odd = ["\uffff", "\ufdd0", "😀" * 255, "\u202e", "a\u0301", "'; drop table x; --", "%00", "\\u0000", "$1"]
    events = [
        event(
            "lead.updated",
            {
                "properties": {text: text},
                "personal": {"other": {text: text}},
                "acquisition": {"channel": text},
            },
            id=text,
            source=f"https://{text[:100]}",
            subject=f"contact/{text}",
            sequence=text[:64],
            correlationid=text,
            time="9999-12-31T23:59:59.999999Z",
        )
        for text in odd
    ]
    async with events_door(database_url) as door:
        answer = await post(door, events)
    assert (answer.status_code, answer.json()["quarantined"]) == (202, 0)
    async with relayed(database_url) as scene:
        assert {one.id for one in scene.published()} == set(odd)
        assert await terms_of(scene, "app") == {"accepted": len(odd), "published": len(odd)}
