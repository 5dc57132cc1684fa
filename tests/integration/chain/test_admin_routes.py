"""The admin routes of a reader over HTTP: what they answer and what they publish."""

import httpx
from starlette.applications import Starlette

from leadtrace.events.lead import LeadCaptured
from leadtrace.events.snapshots import LEAD_SCORED
from leadtrace.runtime.admin import bearer, rebuild_routes, reconcile_routes
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.reconcile import Reconciler
from leadtrace.runtime.refold import Refolder
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.builders import event
from leadtrace.testing.chain import make_bus
from leadtrace.testing.published import published
from leadtrace_scoring.handlers import NOTED_LEADS
from leadtrace_scoring.store import STUCK_LEADS
from leadtrace_scoring.wiring import hops
from tests.integration.chain.scene import Scene, attribution_handler, scoring_handler

_TO_ATTRIBUTION, _TO_API = "lead-scores to attribution", "lead-scores to api"


async def _post(scene: Scene, route: str, *, key: str = "key") -> httpx.Response:
    stop, handler = StopSignal(), scoring_handler()
    publisher = Publisher(scene.bus, stop)
    reconciler = Reconciler(
        pool=scene.pool, bus=scene.bus, publisher=publisher, hops=hops(handler), stop=stop
    )
    ids, stuck = SystemIds(SystemClock()), {NOTED_LEADS: STUCK_LEADS}
    refolder = Refolder("scoring", scene.pool, handler, publisher, ids, stuck)
    authorize = bearer(KeyRing("key"))
    app = Starlette(
        routes=[
            *reconcile_routes(reconciler, authorize),
            *rebuild_routes(refolder.rebuild_stuck, authorize),
        ]
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://scoring") as client:
        return await client.post(f"/v1/admin/{route}", headers={"authorization": f"Bearer {key}"})


async def _forgotten_scores(scene: Scene, count: int) -> None:
    """Scores that no reader has, on a broker that has forgotten them."""
    await scene.put(*(event(LeadCaptured(), f"contact/{number}", number) for number in range(1, count + 1)))
    await scene.stage(scoring_handler()).drain()
    scene.bus = await make_bus()


async def test_reconcile_says_by_hop_what_was_missing_and_sent(scene: Scene) -> None:
    await _forgotten_scores(scene, 3)
    response = await _post(scene, "reconcile")
    assert response.json() == {
        "hops": [
            {"hop": _TO_ATTRIBUTION, "missing": 3, "republished": 3},
            {"hop": _TO_API, "missing": 3, "republished": 3},
        ]
    }
    await scene.stage(attribution_handler()).drain()
    response = await _post(scene, f"reconcile?hop={_TO_ATTRIBUTION}")
    assert response.json() == {"hops": [{"hop": _TO_ATTRIBUTION, "missing": 0, "republished": 0}]}


async def test_more_than_one_page_is_sent_whole(scene: Scene) -> None:
    await _forgotten_scores(scene, 2_001)
    response = await _post(scene, f"reconcile?hop={_TO_ATTRIBUTION}")
    assert response.json()["hops"][0]["republished"] == 2_001
    assert len({one.entity_id for one in published(scene.bus, LEAD_SCORED)}) == 2_001


async def test_republish_sends_everything_once_a_topic(scene: Scene) -> None:
    await _forgotten_scores(scene, 2)
    response = await _post(scene, "republish")
    assert response.json()["hops"] == [
        {"hop": _TO_ATTRIBUTION, "missing": 2, "republished": 2},
        {"hop": _TO_API, "missing": 2, "republished": 0},
    ]
    assert len(published(scene.bus, LEAD_SCORED)) == 2


async def test_rebuild_says_what_was_and_what_still_is_stuck(scene: Scene) -> None:
    await _forgotten_scores(scene, 2)
    await scene.pool.execute("update scoring.leads set stuck_error = 'a defect', state = null")
    response = await _post(scene, "rebuild-stuck")
    assert response.json() == {"kinds": [{"kind": "leads", "stuck": 2, "still_stuck": 0}]}
    assert await scene.row("select count(*) from scoring.leads where stuck_error is not null") == (0,)


async def test_a_hop_that_is_not_owned_is_a_problem_that_names_the_others(scene: Scene) -> None:
    response = await _post(scene, "reconcile?hop=lead-events%20to%20scoring")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["type"], problem["parameter"]) == ("urn:leadtrace:problem:unknown_hop", "hop")
    assert _TO_ATTRIBUTION in problem["remedy"]


async def test_without_the_key_nothing_is_published(scene: Scene) -> None:
    await _forgotten_scores(scene, 1)
    for route in ("reconcile", "republish", "rebuild-stuck"):
        assert (await _post(scene, route, key="other")).status_code == 401
    assert published(scene.bus, LEAD_SCORED) == []


async def test_a_database_that_is_away_is_a_problem_to_try_again(scene: Scene) -> None:
    await scene.pool.close()
    response = await _post(scene, "reconcile")
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
