"""Quarantine and replay over a running door: who may, what is told, and what is refused."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from leadtrace_ingest.outcome import Reason
from tests.integration.ingest.door_scene import ADMIN_KEY, DoorScene, running_door
from tests.integration.ingest.mended import unmapped
from tests.integration.ingest.scene import RECEIVED_AT, Scene
from tests.unit.ingest.hubspot_items import item, raw

TELEPORTED = item("contact.teleported")
HELD = "/v1/admin/quarantine"
REPLAY = "/v1/admin/replay"


@dataclass(slots=True)
class Desk:
    """A door, and a relay over the same database."""

    door: DoorScene
    scene: Scene

    async def get(self, path: str, **parameters: Any) -> Any:
        """What a route answers."""
        answer = await self.ask("GET", path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        """What a route answers to this order."""
        answer = await self.ask("POST", path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ask(self, method: str, path: str, key: str = ADMIN_KEY, **more: Any) -> httpx.Response:
        """Any request with a key."""
        headers = {"Authorization": f"Bearer {key}"}
        return await self.door.client.request(method, path, headers=headers, **more)

    async def hold(self, *items: object) -> None:
        """Accept and relay one delivery of these."""
        await self.scene.post(*items)
        await self.scene.drain()


@pytest_asyncio.fixture
async def desk(database_url: str, scene: Scene) -> AsyncIterator[Desk]:
    async with running_door(database_url) as door:
        yield Desk(door, scene)


class TestList:
    async def test_tells_items_counts_and_the_oldest_age_and_no_bytes(self, desk: Desk) -> None:
        await desk.hold(TELEPORTED, unmapped(7), unmapped(8))
        told = await desk.get(HELD)
        assert told["total"] == 3
        assert [(one["reason"], one["items"]) for one in told["counts"]] == [
            ("unknown_type", 1),
            ("unmapped_stage", 2),
        ]
        assert told["oldest_age_s"] == 0.0
        first = told["items"][0]
        assert set(first) == {
            "quarantine_id",
            "sender",
            "intake_id",
            "item",
            "reason",
            "detail",
            "mapping",
            "first_seen_at",
            "last_seen_at",
            "retrying",
        }
        assert (first["sender"], first["item"], first["mapping"]) == ("hubspot", 0, "hubspot@2")

    async def test_pages_hold_each_item_once(self, desk: Desk) -> None:
        await desk.hold(*(unmapped(n) for n in range(1, 8)))
        seen: list[str] = []
        after: dict[str, str] = {}
        while True:
            page = await desk.get(HELD, limit=3, **after)
            seen += [one["quarantine_id"] for one in page["items"]]
            assert page["total"] == 7
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert len(seen) == len(set(seen)) == 7

    async def test_filters(self, desk: Desk) -> None:
        await desk.hold(TELEPORTED, unmapped(7))
        for asked, total in (
            ({"reason": "unknown_type"}, 1),
            ({"sender": "hubspot"}, 2),
            ({"sender": "x"}, 0),
            ({"since": "2026-01-02T00:00:00Z"}, 2),
            ({"since": "2026-01-02T00:00:01Z"}, 0),
        ):
            assert (await desk.get(HELD, **asked))["total"] == total

    @pytest.mark.parametrize("asked", [{"limit": "0"}, {"limit": "x"}, {"since": "monday"}, {"sneder": "x"}])
    async def test_refuses_what_it_does_not_know(self, desk: Desk, asked: dict[str, str]) -> None:
        answer = await desk.ask("GET", HELD, params=asked)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


class TestShow:
    async def test_tells_the_reason_in_words_and_the_bytes_only_when_asked(self, desk: Desk) -> None:
        await desk.hold(TELEPORTED)
        ((held,), raw_bytes) = ((await desk.get(HELD))["items"], raw(TELEPORTED))
        told = await desk.get(f"{HELD}/{held['quarantine_id']}")
        assert told["sentence"] == Reason.UNKNOWN_TYPE.sentence
        assert told["remedy"] == Reason.UNKNOWN_TYPE.remedy
        assert told["bytes"] == len(raw_bytes)
        assert "raw_base64" not in told
        with_raw = await desk.get(f"{HELD}/{held['quarantine_id']}", raw="true")
        assert base64.b64decode(with_raw["raw_base64"]) == raw_bytes

    async def test_tells_of_a_discarded_item_too(self, desk: Desk) -> None:
        await desk.hold(TELEPORTED)
        ((held,),) = ((await desk.get(HELD))["items"],)
        done = await desk.post(f"{HELD}/discard", ids=[held["quarantine_id"]], why="a test")
        assert (done["deliveries"], done["items"]) == (1, 1)
        told = await desk.get(f"{HELD}/{held['quarantine_id']}", raw="true")
        assert told["discarded"]["why"] == "a test"
        assert told["discarded"]["discarded_by"] == "bootstrap"
        assert base64.b64decode(told["raw_base64"]) == raw(TELEPORTED)

    async def test_an_unknown_id_is_said_to_be(self, desk: Desk) -> None:
        answer = await desk.ask("GET", f"{HELD}/{UUID(int=5)}")
        assert (answer.status_code, answer.json()["parameter"]) == (404, "quarantine_id")


class TestRetryAndDiscard:
    async def test_a_dry_run_tells_and_changes_nothing(self, desk: Desk) -> None:
        await desk.hold(TELEPORTED, unmapped(7))
        for action in ("retry", "discard"):
            told = await desk.post(f"{HELD}/{action}", reason="unknown_type", dry_run=True, why="x")
            assert (told["items"], told["dry_run"], told["counts"][0]["items"]) == (0, True, 1)
        assert await desk.scene.items() == {"accepted": 2, "quarantined": 2}

    async def test_a_retry_is_shown_until_a_relay_comes_to_it(self, desk: Desk) -> None:
        await desk.hold(TELEPORTED)
        told = await desk.post(f"{HELD}/retry", sender="hubspot")
        assert (told["items"], told["unconfigured_senders"]) == (1, [])
        assert (await desk.get(HELD))["items"][0]["retrying"] is True
        await desk.scene.drain()
        assert (await desk.get(HELD))["items"][0]["retrying"] is False

    @pytest.mark.parametrize(
        ("action", "body", "code"),
        [
            ("retry", {}, "selection_missing"),
            ("retry", {"reason": "bad_luck"}, "unknown_reason"),
            ("retry", {"ids": []}, "bad_request"),
            ("retry", {"ids": ["x"]}, "bad_request"),
            ("retry", {"snce": "x"}, "bad_request"),
            ("discard", {"all": True}, "reason_missing"),
            ("discard", {"all": True, "why": "  "}, "reason_missing"),
            ("discard", {"why": "x"}, "selection_missing"),
            ("discard", {"all": True, "why": "a\x00b"}, "bad_request"),
        ],
    )
    async def test_an_order_that_is_not_clear_is_refused(
        self, desk: Desk, action: str, body: dict[str, Any], code: str
    ) -> None:
        await desk.hold(TELEPORTED)
        answer = await desk.ask("POST", f"{HELD}/{action}", json=body)
        assert (answer.status_code, answer.json()["type"]) == (422, f"urn:leadtrace:problem:{code}")
        assert await desk.scene.items() == {"accepted": 1, "quarantined": 1}

    async def test_everything_must_be_said(self, desk: Desk) -> None:
        await desk.hold(TELEPORTED)
        assert (await desk.post(f"{HELD}/retry", all=True))["items"] == 1


class TestReplay:
    async def test_effect_then_pages_then_what_waits(self, desk: Desk) -> None:
        await desk.hold(TELEPORTED, item("contact.creation", eventId=2))
        await desk.hold(item("contact.creation", eventId=3))
        since = RECEIVED_AT.isoformat()
        effect = await desk.get(REPLAY, since=since)
        assert effect == {
            "deliveries": 2,
            "effect": [
                {"sender": "hubspot", "outcome": "published", "items": 2, "deliveries": 2},
                {"sender": "hubspot", "outcome": "quarantined", "items": 1, "deliveries": 1},
            ],
            "unconfigured_senders": [],
        }
        page = await desk.post(REPLAY, since=since, limit=1)
        assert (page["deliveries"], page["items"], page["waiting"]) == (1, 2, 1)
        page = await desk.post(REPLAY, since=since, limit=1, after=page["next"])
        assert (page["deliveries"], page["items"], page["waiting"]) == (1, 1, 2)
        await desk.scene.drain()
        assert await desk.get(f"{REPLAY}/waiting") == {"waiting": 0}

    @pytest.mark.parametrize(
        "asked", [{}, {"since": "2026-01-02T00:00:00"}, {"since": "2026-01-02T00:00:00Z", "sender": "x"}]
    )
    async def test_a_span_that_is_not_clear_is_refused(self, desk: Desk, asked: dict[str, str]) -> None:
        assert (await desk.ask("GET", REPLAY, params=asked)).status_code == 422
        assert (await desk.ask("POST", REPLAY, json=asked)).status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", HELD),
        ("GET", f"{HELD}/{UUID(int=5)}"),
        ("POST", f"{HELD}/retry"),
        ("POST", f"{HELD}/discard"),
        ("GET", REPLAY),
        ("POST", REPLAY),
        ("GET", f"{REPLAY}/waiting"),
        ("GET", "/v1/admin/keys"),
        ("POST", "/v1/admin/keys"),
        ("DELETE", f"/v1/admin/keys/{UUID(int=5)}"),
    ],
)
async def test_nothing_is_told_or_done_without_the_admin_key(desk: Desk, method: str, path: str) -> None:
    assert (await desk.ask(method, path, key="wrong")).status_code == 401
    assert (await desk.door.client.request(method, path)).status_code == 401
