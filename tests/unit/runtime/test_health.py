"""`/readyz` names what is missing and why."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette

from leadtrace.runtime import health
from leadtrace.runtime.health import Readiness, operations_routes
from leadtrace.runtime.metrics import Metrics


def client_of(readiness: Readiness) -> httpx.AsyncClient:
    app = Starlette(routes=operations_routes(readiness, Metrics()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")


async def test_ready_when_every_check_passes() -> None:
    readiness = Readiness()
    readiness.add("partitions", lambda: None)

    async def database() -> str | None:
        return None

    readiness.add("postgres", database)
    async with client_of(readiness) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "checked": ["partitions", "postgres"], "missing": []}


async def test_not_ready_names_each_missing_dependency(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.02)
    readiness = Readiness()

    async def broken() -> str | None:
        raise ConnectionRefusedError("nobody listens")

    async def hangs() -> str | None:
        await asyncio.Event().wait()
        return None

    readiness.add("broker", broken)
    readiness.add("postgres", hangs)
    readiness.add("definitions", lambda: "version 2 is not activated")
    async with client_of(readiness) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == [
        {"dependency": "broker", "reason": "ConnectionRefusedError: nobody listens"},
        {"dependency": "postgres", "reason": "no answer within 0.02 s"},
        {"dependency": "definitions", "reason": "version 2 is not activated"},
    ]


async def test_a_process_that_goes_on_without_a_dependency_is_ready_and_names_it() -> None:
    readiness, bridge = Readiness(), [True]

    async def bridged() -> bool:
        return bridge[0]

    readiness.add("postgres", lambda: "away", bridged=bridged)
    async with client_of(readiness) as client:
        going_on = await client.get("/readyz")
        bridge[0] = False
        stuck = await client.get("/readyz")
    assert (going_on.status_code, going_on.json()["ready"]) == (200, True)
    assert going_on.json()["missing"] == [{"dependency": "postgres", "reason": "away", "bridged": True}]
    assert stuck.status_code == 503
    assert stuck.json()["missing"] == [{"dependency": "postgres", "reason": "away"}]


async def test_draining_is_not_ready_but_alive() -> None:
    readiness = Readiness()
    readiness.start_draining()
    async with client_of(readiness) as client:
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/livez")).json() == {"alive": True}


async def test_metrics_are_served_as_text() -> None:
    async with client_of(Readiness()) as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "process_cpu_seconds_total" in answer.text


async def test_metrics_can_be_switched_off() -> None:
    app = Starlette(routes=operations_routes(Readiness(), Metrics(served=False)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        assert (await client.get("/metrics")).status_code == 404
        assert (await client.get("/livez")).status_code == 200
