"""What would change if other definitions judged: the route against what two whole runs have published."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.events.lead import LeadCaptured
from leadtrace.runtime.admin import bearer
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.store.connection import Pool
from leadtrace.store.engine import make_pool
from leadtrace.testing.builders import DAY_ZERO, entity_of, event
from leadtrace.testing.population import DAYS as POPULATED_DAYS
from leadtrace.testing.population import population
from leadtrace_scoring.comparing.routes import PATH, comparing_routes
from tests.integration.chain.scene import Scene
from tests.integration.scoring.judged_twice import Published, comparer_of, publish_twice
from tests.second_version import second_version

SAMPLE = 4
CLOCK = FrozenClock(DAY_ZERO + timedelta(days=POPULATED_DAYS + 3, hours=5))
_SECOND = {"body": second_version(), "file": "definitions/v2.yaml"}
_ASKED = {"a": {"version": 1}, "b": _SECOND, "sample": SAMPLE}


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """Connections in scoring's own role, as the service has them."""
    made = await make_pool(database_url, "leadtrace_scoring", size=2)
    yield made
    await made.close()


@pytest_asyncio.fixture
async def client(pool: Pool) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the route, with the admin key; pages are small."""
    comparer = comparer_of(pool, Traffic(), CLOCK, leads_a_page=7, facts_a_page=60)
    app = Starlette(routes=comparing_routes(comparer, pool, bearer(KeyRing("key"))))
    headers = {"authorization": "Bearer key"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://scoring", headers=headers) as client:
        yield client


async def _published(scene: Scene, leads: int = 120) -> Published:
    sides = live_definitions(), parse_definitions(second_version().encode(), "v2.yaml")
    return await publish_twice(scene, population(leads), sides, CLOCK)


async def _lines(client: httpx.AsyncClient, asked: object) -> list[dict[str, Any]]:
    answer = await client.post(PATH, json=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    return [msgspec.json.decode(line) for line in answer.text.splitlines()]


async def _report(client: httpx.AsyncClient, asked: object = _ASKED) -> dict[str, Any]:
    *_, last = await _lines(client, asked)
    report: dict[str, Any] = last["report"]
    return report


def _without_costs(held: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if not name.startswith("cost_")}


async def test_it_tells_what_two_whole_runs_would_have_published(
    scene: Scene, client: httpx.AsyncClient
) -> None:
    published = await _published(scene)
    report = await _report(client)
    assert report["leads"] == {
        "rows": 120,
        "compared": 120,
        "absorbed": 0,
        "without_facts": 0,
        "failed": 0,
        "failed_sample": [],
        "truncated": 0,
    }
    assert report["bands"] == published.bands(SAMPLE)
    bands, grades = published.matrix("band"), published.matrix("grade")
    assert {(one["from"], one["to"]): one["leads"] for one in report["band_matrix"] if one["leads"]} == bands
    assert {(one["from"], one["to"]): one["leads"] for one in report["grade_matrix"]} == grades
    assert len(report["band_matrix"]) == 9
    for stage in report["stages"]:
        for ever in (False, True):
            told = _without_costs(stage["ever" if ever else "now"])
            assert told == published.held(stage["stage"], ever=ever, sample=SAMPLE)
    clauses = {stage["stage"]: stage["clauses_in"] for stage in report["stages"]}
    assert clauses == {"mql": ["a", "b"], "sal": ["b"], "sql": ["a", "b"]}
    changes = published.score_changes()
    assert report["score"]["changed"] == sum(change != 0 for change in changes)
    assert report["score"]["mean_change"] == f"{sum(changes) / len(changes) / 1000:.3f}"
    everything = published.moved(published.a, 0)
    assert (report["orders"], report["revenue"]) == (everything["orders"], everything["revenue"])


async def test_the_population_moves_enough_to_prove_anything(scene: Scene, client: httpx.AsyncClient) -> None:
    await _published(scene)
    report = await _report(client)
    held = [stage[when] for stage in report["stages"] for when in ("now", "ever")]
    ways = [one[way] for one in (*report["bands"], *held) for way in ("moved_in", "moved_out")]
    assert sum(way["leads"] > SAMPLE for way in ways) >= 4
    assert sum(way["orders"] > 0 for way in ways) >= 3
    assert sum(one["moved_in"]["leads"] + one["moved_out"]["leads"] > 0 for one in held) >= 5
    groups = [one.subject for one in population(120) if one.type.endswith("deal.linked.v1")]
    assert len(set(groups)) < len(groups)


async def test_the_saved_state_of_the_version_in_force_spares_a_fold_and_changes_nothing(
    scene: Scene, client: httpx.AsyncClient
) -> None:
    await _published(scene, 30)
    by_state = await _report(client)
    await scene.pool.execute("update scoring.leads set fold_version = 0, state = null")
    assert await _report(client) == by_state


async def test_a_version_beside_itself_moves_nobody(scene: Scene, client: httpx.AsyncClient) -> None:
    await _published(scene, 30)
    report = await _report(client, {"a": _SECOND, "b": _SECOND})
    assert report["score"] == {"changed": 0, "mean_change": "0.000"}
    held = [stage[when] for stage in report["stages"] for when in ("now", "ever")]
    moves = [one[way]["leads"] for one in (*report["bands"], *held) for way in ("moved_in", "moved_out")]
    assert set(moves) == {0}


async def test_without_b_it_is_the_version_in_force(scene: Scene, client: httpx.AsyncClient) -> None:
    await _published(scene, 5)
    report = await _report(client, {"a": _SECOND})
    assert (report["a"]["name"], report["b"]["name"]) == ("definitions/v2.yaml", "version 1, in force")
    assert (report["a"]["version"], report["b"]["version"]) == (2, 1)


async def test_what_is_no_lead_is_left_out_and_counted(scene: Scene, client: httpx.AsyncClient) -> None:
    published = await _published(scene, 30)
    absorbed, broken, empty = (entity_of(f"contact/{number}") for number in (3, 4, 5))
    row = "update scoring.leads set {} where lead_id = $1"
    await scene.pool.execute(row.format("redirect_to = lead_id"), absorbed)
    await scene.pool.execute(row.format(r"facts = '\x00'"), broken)
    await scene.pool.execute(row.format("facts = '', event_count = 0"), empty)
    report = await _report(client)
    leads = report["leads"]
    assert (leads["rows"], leads["compared"]) == (30, 27)
    assert (leads["absorbed"], leads["without_facts"], leads["failed"]) == (1, 1, 1)
    assert leads["failed_sample"] == [str(broken)]
    assert report["bands"] == published.without(absorbed, broken, empty).bands(SAMPLE)


async def test_of_whom_nobody_captured_no_revenue_is_told_as_in_the_funnel(
    scene: Scene, client: httpx.AsyncClient
) -> None:
    published = await _published(scene)
    visitor = next(lead for lead in sorted(published.a) if published.won(lead))
    body = {name: value for name, value in published.outcomes[visitor].items() if name != "captured_at"}
    update = "update attribution.leads set body = $2 where lead_id = $1"
    await scene.pool.execute(update, visitor, msgspec.json.encode(body))
    report = await _report(client)
    others = published.moved([lead for lead in published.a if lead != visitor], 0)
    assert (report["orders"], report["revenue"]) == (others["orders"], others["revenue"])
    assert report["leads"]["compared"] == 120


async def test_progress_is_told_after_each_page_and_the_report_last(
    scene: Scene, client: httpx.AsyncClient
) -> None:
    await scene.put(*(event(LeadCaptured(), f"contact/{number}", number) for number in range(1, 21)))
    await scene.settle()
    *progress, last = await _lines(client, {"a": {"version": 1}})
    assert progress == [{"done": done, "total": 20} for done in (0, 7, 14, 20)]
    assert set(last) == {"report"}


@pytest.mark.parametrize("leads", [0, 1])
async def test_few_leads_divide_by_nothing(scene: Scene, client: httpx.AsyncClient, leads: int) -> None:
    await _published(scene, leads)
    report = await _report(client)
    assert report["leads"]["rows"] == leads
    assert (report["score"]["mean_change"] is None) == (not leads)
