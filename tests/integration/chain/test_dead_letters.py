"""Dead letters handed to their reader again: read once, settled with what they say, or left as they were."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from leadtrace.bus.protocol import Outgoing
from leadtrace.events.lead import LeadCaptured
from leadtrace.events.snapshots import LEAD_SCORED
from leadtrace.events.topics import Topic
from leadtrace.runtime.admin import bearer
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.dead_letter_office import DeadLetterOffice, Replayed
from leadtrace.runtime.dead_letter_routes import dead_letter_routes
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.dead_letter_box import Choice
from leadtrace.testing.builders import event, outgoing
from leadtrace.testing.chain import put
from leadtrace.testing.published import published, records_on
from tests.integration.chain.scene import Scene, scoring_handler

CAPTURED = event(LeadCaptured(), "contact/1", 1)
OTHER = event(LeadCaptured(), "contact/2", 2)
KEY = outgoing(CAPTURED).key
ANY = Choice()
_SETTLED = "select settled_as, settled_by, why, settled_at is not null from scoring.dead_letters"


def office(scene: Scene) -> DeadLetterOffice:
    """Scoring's dead letters."""
    publisher = Publisher(scene.bus, StopSignal())
    return DeadLetterOffice("scoring", scene.pool, scoring_handler(), publisher, SystemIds(SystemClock()))


async def bury(scene: Scene, *values: bytes) -> None:
    """Have scoring meet records that it cannot read."""
    await put(scene.bus, [Outgoing(Topic.LEAD_EVENTS, KEY, value) for value in values])
    await scene.stage(scoring_handler()).drain()


async def mend(scene: Scene) -> None:
    """As if the code had learned to read the letters: they hold a readable event from now on."""
    await scene.pool.execute("update scoring.dead_letters set value = $1", outgoing(OTHER).value)


async def replay(scene: Scene, choice: Choice = ANY, *, dry_run: bool = False) -> Replayed:
    """Hand the letters to scoring again."""
    return await office(scene).replay(choice, by="anna", dry_run=dry_run)


async def test_a_letter_that_can_be_read_now_is_taken_in_published_and_settled(scene: Scene) -> None:
    await scene.put(CAPTURED)
    await bury(scene, b"poison")
    await mend(scene)
    before = len(published(scene.bus, LEAD_SCORED))
    records = len(records_on(scene.bus, Topic.LEAD_EVENTS))
    notes = await scene.row("select count(*) from scoring.notes")
    assert await replay(scene) == Replayed(1, 1, 0, dry_run=False)
    assert await scene.row(_SETTLED) == ("replayed", "anna", None, True)
    assert await scene.row("select count(*) from scoring.seen") == (2,)
    assert len(published(scene.bus, LEAD_SCORED)) == before + 1
    assert len(records_on(scene.bus, Topic.LEAD_EVENTS)) == records
    assert await scene.row("select count(*) from scoring.notes") == notes


async def test_replayed_twice_is_read_once(scene: Scene) -> None:
    await scene.put(CAPTURED)
    await bury(scene, b"poison")
    await mend(scene)
    results = await asyncio.gather(replay(scene), replay(scene))
    assert sum(one.read for one in results) == 1
    assert await replay(scene) == Replayed(0, 0, 0, dry_run=False)
    assert await scene.row("select sum(event_count) from scoring.leads") == (2,)


async def test_one_that_is_still_dead_stays_one_letter_and_makes_no_copy(scene: Scene) -> None:
    await bury(scene, b"poison", b"more poison")
    copies = len(records_on(scene.bus, "lead-events-dlq"))
    assert await replay(scene) == Replayed(2, 0, 2, dry_run=False)
    assert await scene.row("select count(*) from scoring.dead_letters where settled_as is null") == (2,)
    assert len(records_on(scene.bus, "lead-events-dlq")) == copies


async def test_a_dry_run_tells_what_would_be_read_and_keeps_nothing(scene: Scene) -> None:
    await scene.put(CAPTURED)
    await bury(scene, b"poison")
    await mend(scene)
    bodies = await scene.bodies()
    assert await replay(scene, dry_run=True) == Replayed(1, 1, 0, dry_run=True)
    assert await scene.row(_SETTLED) == (None, None, None, False)
    assert await scene.bodies() == bodies
    assert await scene.row("select count(*) from scoring.seen") == (1,)


async def test_what_dies_again_after_it_was_read_waits_again(scene: Scene) -> None:
    await bury(scene, b"poison")
    await scene.pool.execute("update scoring.dead_letters set settled_as = 'replayed', settled_by = 'anna'")
    await bury(scene, b"poison")
    assert await scene.row(_SETTLED) == (None, None, None, False)


async def test_what_was_dropped_stays_dropped_when_it_comes_again(scene: Scene) -> None:
    await bury(scene, b"poison")
    assert await office(scene).drop(ANY, by="anna", why="a test of theirs") == 1
    await bury(scene, b"poison")
    assert await scene.row(_SETTLED) == ("dropped", "anna", "a test of theirs", True)
    assert await replay(scene) == Replayed(0, 0, 0, dry_run=False)


async def test_one_that_comes_several_times_in_a_batch_is_one_letter(scene: Scene) -> None:
    await bury(scene, b"poison", b"poison", b"poison")
    assert await scene.row("select count(*) from scoring.dead_letters") == (1,)
    await scene.pool.execute("update scoring.dead_letters set settled_as = 'replayed'")
    await bury(scene, b"poison", b"poison")
    assert await scene.row("select count(*) from scoring.dead_letters where settled_as is null") == (1,)


async def test_only_the_chosen_topic(scene: Scene) -> None:
    await bury(scene, b"poison")
    assert await replay(scene, Choice(topic="deal-events")) == Replayed(0, 0, 0, dry_run=False)
    assert (await replay(scene, Choice(topic="lead-events"))).letters == 1


class TestRoutes:
    async def _ask(self, scene: Scene, method: str, path: str, *, key: str = "key", **more: Any) -> Any:
        app = Starlette(routes=dead_letter_routes(office(scene), bearer(KeyRing("key"))))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s") as client:
            headers = {"authorization": f"Bearer {key}"}
            return await client.request(method, f"/v1/admin/dead-letters{path}", headers=headers, **more)

    async def test_the_list_tells_all_but_the_value(self, scene: Scene) -> None:
        await bury(scene, b"poison of anna@example.com", b"more")
        told = (await self._ask(scene, "GET", "?limit=1")).json()
        assert [(one["topic"], one["reason"], one["letters"]) for one in told["counts"]] == [
            ("lead-events", "undecodable", 2)
        ]
        (letter,) = told["letters"]
        assert letter["value_bytes"] in {4, 26}
        assert "anna" not in json.dumps(told)
        rest = (await self._ask(scene, "GET", f"?limit=1&after={told['next']}")).json()
        assert rest["letters"][0]["dead_letter_id"] != letter["dead_letter_id"]

    async def test_replay_and_drop_over_http(self, scene: Scene) -> None:
        await bury(scene, b"poison", b"more")
        asked = {"topic": "lead-events", "dry_run": True}
        answer = await self._ask(scene, "POST", "/replay", json=asked)
        assert answer.json() == {"letters": 2, "read": 0, "still_dead": 2, "dry_run": True}
        answer = await self._ask(scene, "POST", "/drop", json={**asked, "why": "x"})
        assert answer.json() == {"dropped": 2}
        assert await scene.row("select count(*) from scoring.dead_letters where settled_as is null") == (2,)
        answer = await self._ask(scene, "POST", "/drop", json={"topic": "lead-events", "why": "x"})
        assert answer.json() == {"dropped": 2}
        assert (await scene.row(_SETTLED))[:3] == ("dropped", "bootstrap", "x")

    @pytest.mark.parametrize("body", [{}, {"why": " "}])
    async def test_nothing_is_dropped_without_a_reason(self, scene: Scene, body: dict[str, str]) -> None:
        await bury(scene, b"poison")
        answer = await self._ask(scene, "POST", "/drop", json=body)
        assert (answer.status_code, answer.json()["parameter"]) == (422, "why")

    @pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/replay"), ("POST", "/drop")])
    async def test_only_with_the_admin_key(self, scene: Scene, method: str, path: str) -> None:
        assert (await self._ask(scene, method, path, key="other")).status_code == 401
