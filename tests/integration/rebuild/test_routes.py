"""The admin routes of a rebuild over HTTP: begin, follow, end."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest_asyncio
from starlette.applications import Starlette

from leadtrace.events.lead import LeadCaptured
from leadtrace.runtime.admin import bearer
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.rebuild.routes import generation_routes
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.builders import entity_of, event
from tests.integration.rebuild.scene import Scene

_URL = "http://scoring/v1/admin/rebuild"


@pytest_asyncio.fixture
async def client(scene: Scene) -> AsyncIterator[httpx.AsyncClient]:
    """A client of scoring's routes, with the admin key; three leads are there."""
    await scene.put(*(event(LeadCaptured(), f"contact/{number}", number) for number in (1, 2, 3)))
    await scene.settle()
    app = Starlette(routes=generation_routes(scene["scoring"].rebuilder(), bearer(KeyRing("key"))))
    headers = {"authorization": "Bearer key"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), headers=headers) as client:
        yield client


async def test_it_is_begun_followed_and_told_by_table(scene: Scene, client: httpx.AsyncClient) -> None:
    assert (await client.get(_URL)).status_code == 404
    begun = await client.post(_URL, json={})
    assert begun.status_code == 202
    # Three events to fold, three rows to compare.
    assert {key: begun.json()[key] for key in ("state", "step", "done", "total", "started_by")} == {
        "state": "running",
        "step": "carry over what is kept no longer",
        "done": 0,
        "total": 6,
        "started_by": "bootstrap",
    }
    again = await client.post(_URL, json={})
    assert (again.status_code, again.json()["type"]) == (409, "urn:leadtrace:problem:rebuild_running")
    await scene["scoring"].rebuilder().work(UUID(int=1), StopSignal())
    done = (await client.get(_URL)).json()
    assert (done["state"], done["done"], done["published"], done["error"]) == ("done", 6, 0, None)
    leads, seen, bindings = done["tables"]
    assert (bindings["table"], bindings["rows"]) == ("bindings", 0)
    assert (leads["table"], leads["rows"], leads["differing"], leads["rows_differing"]) == ("leads", 3, 0, [])
    assert (seen["table"], seen["rows"]) == ("seen", 3)
    assert leads["live_hash"] == leads["rebuilt_hash"] != "0" * 16


async def test_a_check_names_the_rows_that_differ(scene: Scene, client: httpx.AsyncClient) -> None:
    lead = entity_of("contact/2")
    await scene.owner.execute("update scoring.leads set event_count = 7 where lead_id = $1", lead)
    assert (await client.post(_URL, json={"check": True})).status_code == 202
    await scene["scoring"].rebuilder().work(UUID(int=1), StopSignal())
    told = (await client.get(_URL)).json()
    assert told["state"] == "compared"
    assert told["tables"][0]["rows_differing"] == [str(lead)]
    assert told["tables"][0]["live_hash"] != told["tables"][0]["rebuilt_hash"]


async def test_it_is_ended_on_demand(client: httpx.AsyncClient) -> None:
    assert (await client.delete(_URL)).json() == {"cancelled": False}
    await client.post(_URL, json={})
    assert (await client.delete(_URL)).json() == {"cancelled": True}
    assert (await client.get(_URL)).json()["state"] == "cancelled"


async def test_what_is_not_meant_and_who_may_not_are_refused(client: httpx.AsyncClient) -> None:
    assert (await client.post(_URL, json={"compare_with": True})).status_code == 422
    for method in ("GET", "POST", "DELETE"):
        refused = await client.request(method, _URL, headers={"authorization": "Bearer other"})
        assert refused.status_code == 401
