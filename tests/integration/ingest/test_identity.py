"""Who is who through the relay: what joins records, what may not, and what an operator says of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from leadtrace.events.binding import LeadRebound
from leadtrace.events.codec import decode_data
from leadtrace.runtime.settings import Settings
from leadtrace_ingest.settings import configured_senders
from tests.integration.ingest.door_scene import running_door
from tests.integration.ingest.entries import file
from tests.integration.ingest.scene import RECEIVED_AT, Scene, ingest_scene
from tests.integration.ingest.test_operator_routes import Desk
from tests.unit.ingest.event_items import JSON, KEY, event
from tests.unit.ingest.hubspot_items import raw

SENDERS: Mapping[str, Mapping[str, Any]] = {
    "crm": {"kind": "events", "secrets": [KEY]},
    "forms": {"kind": "events", "secrets": ["another key"]},
    "website": {"kind": "segment", "write_keys": ["k"], "secrets": ["a write key of a page"]},
}
_BOUND = "select source || ' ' || kind || '/' || external_id, entity_id from ingest.subjects"
_REASONS = """
select s.kind || '/' || s.external_id, k.kind, k.refusal
from ingest.pub_identity_keys k join ingest.subjects s using (subject_key) where k.refusal is not null
"""


async def _scene(url: str) -> Any:
    settings = Settings.model_validate({"senders": {name: _known(given) for name, given in SENDERS.items()}})
    made = ingest_scene(url)
    scene = await made.__aenter__()
    scene.senders = configured_senders(settings)
    return made, scene


def _known(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "write_keys"}


async def _post(scene: Scene, sender: str, *events: Mapping[str, Any]) -> None:
    for number, one in enumerate(events):
        named = {**one, "source": sender, "id": one.get("id", f"{sender}-{number}-{hash(str(one))}")}
        await file(scene, sender, raw(named), headers={"content-type": JSON})
    await scene.drain()


def _captured(subject: str, **personal: str) -> dict[str, Any]:
    made = event("lead.captured", {"personal": personal}, subject=subject, time="2025-12-01T10:00:00Z")
    del made["id"]
    return made


async def _bound(scene: Scene) -> dict[str, UUID]:
    return {row[0]: row[1] for row in await scene.pool.fetch(_BOUND)}


async def _groups(scene: Scene) -> list[list[str]]:
    bound = await _bound(scene)
    entities = {entity: sorted(one for one in bound if bound[one] == entity) for entity in bound.values()}
    return sorted(entities.values())


@pytest.fixture
def database(database_url: str) -> str:
    return database_url


async def test_records_of_two_senders_are_joined_by_address_and_number(database: str) -> None:
    made, scene = await _scene(database)
    scene.identity = scene.identity.model_copy(update={"default_region": "DE"})
    try:
        await _post(scene, "crm", _captured("contact/1", email=" Ann@ACME.com", phone="+49 30 901820"))
        await _post(scene, "forms", _captured("form/9", email="ann@acme.com"))
        await _post(scene, "forms", _captured("form/10", phone="030/901820"))
        assert await _groups(scene) == [["crm contact/1", "forms form/10", "forms form/9"]]
        told = [decode_data(one) for one in scene.published() if one.type == "io.leadtrace.lead.rebound.v1"]
        # Each move is told to the entity that was left and to the one that was joined.
        moved = [one.bindings[0].subject for one in told if isinstance(one, LeadRebound)]
        assert len(moved) == 4
        assert len(set(moved)) == 2
    finally:
        await made.__aexit__(None, None, None)


async def test_what_many_share_and_nobody_has_joins_nobody_and_says_why(database: str) -> None:
    made, scene = await _scene(database)
    try:
        for n, email in enumerate(("info@acme.com", "info@acme.com", "test@test.com", "test@test.com", "x")):
            await _post(scene, "crm", _captured(f"contact/{n}", email=email))
        assert all(len(group) == 1 for group in await _groups(scene))
        reasons = {tuple(row) for row in await scene.pool.fetch(_REASONS)}
        assert reasons == {
            ("contact/0", "email", "shared_mailbox"),
            ("contact/1", "email", "shared_mailbox"),
            ("contact/2", "email", "junk"),
            ("contact/3", "email", "junk"),
            ("contact/4", "email", "unreadable"),
        }
    finally:
        await made.__aexit__(None, None, None)


async def test_a_key_on_too_many_records_joins_none_of_them_in_hindsight_too(database: str) -> None:
    made, scene = await _scene(database)
    scene.identity = scene.identity.model_copy(update={"fan_in": 2})
    try:
        for n in range(2):
            await _post(scene, "crm", _captured(f"contact/{n}", email="front.desk@acme.com"))
        assert await _groups(scene) == [["crm contact/0", "crm contact/1"]]
        await _post(scene, "crm", _captured("contact/2", email="front.desk@acme.com"))
        assert all(len(group) == 1 for group in await _groups(scene))
        because = "select distinct because from ingest.bindings order by 1"
        assert [row[0] for row in await scene.pool.fetch(because)] == ["email", "fan_in"]
        # One of them turns out to have another address: the other two are one again.
        later = {**_captured("contact/1", email="ben@acme.com"), "time": "2025-12-01T10:00:01Z"}
        await _post(scene, "crm", later)
        assert await _groups(scene) == [["crm contact/0", "crm contact/2"], ["crm contact/1"]]
    finally:
        await made.__aexit__(None, None, None)


async def test_who_shares_a_browser_shares_no_person(database: str) -> None:
    made, scene = await _scene(database)
    try:
        for user, at in (("ann", "2026-01-02T03:00:00Z"), ("ben", "2026-01-02T03:01:00Z")):
            call = {
                "type": "identify",
                "userId": user,
                "anonymousId": "browser-1",
                "traits": {"email": "both@acme.com"},
                "messageId": f"m-{user}",
                "timestamp": at,
            }
            await file(scene, "website", msgspec.json.encode(call), route="identify")
        await scene.drain()
        groups = await _groups(scene)
        assert ["website anonymous/browser-1", "website user/ann"] in groups
        assert ["website user/ben"] in groups
        reasons = {row[2] for row in await scene.pool.fetch(_REASONS)}
        assert reasons == {"untrusted_sender"}
    finally:
        await made.__aexit__(None, None, None)


async def test_each_join_is_known_from_the_receipt_of_what_joins_on(database: str) -> None:
    made, scene = await _scene(database)
    try:
        for place, (number, email) in enumerate(((1, "a@acme.com"), (2, "a@acme.com"), (3, "b@acme.com"))):
            at = RECEIVED_AT + timedelta(minutes=place)
            posted = {**_captured(f"contact/{number}", email=email), "source": "crm", "id": f"p{number}"}
            await file(scene, "crm", raw(posted), headers={"content-type": JSON}, at=at)
        late = RECEIVED_AT + timedelta(hours=1)
        posted = {**_captured("contact/4", email="b@acme.com"), "source": "crm", "id": "p4"}
        await file(scene, "crm", raw(posted), headers={"content-type": JSON}, at=late)
        await scene.drain()
        since = "select recorded_at from ingest.bindings order by 1"
        found = [row[0] for row in await scene.pool.fetch(since)]
        assert found == [RECEIVED_AT + timedelta(minutes=1), late]
        rebounds = {one.recordedtime for one in scene.published() if one.type.endswith("lead.rebound.v1")}
        assert rebounds == set(found)
    finally:
        await made.__aexit__(None, None, None)


class TestOperator:
    """An operator's word goes the way of all events."""

    async def test_merges_and_splits_and_takes_back(self, database: str) -> None:
        made, scene = await _scene(database)
        async with running_door(database, senders={"crm": SENDERS["crm"]}) as door:
            desk = Desk(door, scene)
            await _post(scene, "crm", _captured("contact/1"), _captured("contact/2"))
            pair = {
                "record": {"source": "crm", "subject": "contact/1"},
                "others": [{"source": "crm", "subject": "contact/2"}],
            }
            merged = await desk.ask("POST", "/v1/admin/merges", json=pair)
            assert merged.status_code == 202, merged.text
            await scene.drain()
            assert await _groups(scene) == [["crm contact/1", "crm contact/2"]]
            door.clock.advance(timedelta(seconds=1))
            split = await desk.ask("POST", "/v1/admin/splits", json={**pair, "reason": "father and son"})
            assert split.status_code == 202, split.text
            await scene.drain()
            assert await _groups(scene) == [["crm contact/1"], ["crm contact/2"]]
            correction = {
                "source": "crm",
                "event": split.json()["event"],
                "declaration": "did_not_occur",
            }
            taken_back = await desk.ask("POST", "/v1/admin/corrections", json=correction)
            assert taken_back.status_code == 202, taken_back.text
            await scene.drain()
            assert await _groups(scene) == [["crm contact/1", "crm contact/2"]]
            door.clock.advance(timedelta(seconds=1))
            once_more = {**correction, "event": taken_back.json()["event"]}
            stands = await desk.ask("POST", "/v1/admin/corrections", json=once_more)
            assert stands.status_code == 202, stands.text
            await scene.drain()
            assert await _groups(scene) == [["crm contact/1"], ["crm contact/2"]]
        held = await scene.pool.fetchval("select count(*) from ingest.quarantine")
        assert held == 0
        await made.__aexit__(None, None, None)

    @pytest.mark.parametrize(
        ("path", "body", "status", "code"),
        [
            ("splits", {"record": {"source": "crm", "subject": "c/1"}, "others": []}, 422, "bad_request"),
            (
                "merges",
                {
                    "record": {"source": "crm", "subject": "c/1"},
                    "others": [{"source": "crm", "subject": "c/1"}],
                },
                422,
                "same_record",
            ),
            (
                "merges",
                {
                    "record": {"source": "unheard", "subject": "c/1"},
                    "others": [{"source": "crm", "subject": "c/1"}],
                },
                422,
                "unknown_sender",
            ),
            (
                "corrections",
                {"source": "crm", "event": "none", "declaration": "did_not_occur"},
                404,
                "unknown_event",
            ),
        ],
    )
    async def test_says_what_is_wrong(
        self, database: str, path: str, body: object, status: int, code: str
    ) -> None:
        async with running_door(database, senders={"crm": SENDERS["crm"]}) as door:
            headers = {"Authorization": "Bearer an admin key for tests"}
            answer = await door.client.post(f"/v1/admin/{path}", json=body, headers=headers)
        assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]) == (status, code), answer.text
