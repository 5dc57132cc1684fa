"""Thin clients of the admin routes: every service is asked, each hop is a row, failures are named."""

from collections.abc import Generator
from contextlib import ExitStack

import pytest
from rich.console import Console
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadtrace.cli import admin_client
from leadtrace.cli.admin_client import Answer, post_everywhere, show
from leadtrace.embedded.readiness import free_port
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Ports
from leadtrace.testing.served import served

KEY = "the-bootstrap-key"


def service(hop: str, *, status: int = 200) -> Starlette:
    """A service with one admin route and one hop."""

    async def reconcile(request: Request) -> Response:
        if request.headers["authorization"] != f"Bearer {KEY}":
            return JSONResponse({"title": "no such key"}, status_code=401)
        return JSONResponse({"hops": [{"hop": hop, "missing": 2, "republished": 2}]}, status_code=status)

    return Starlette(routes=[Route("/v1/admin/reconcile", reconcile, methods=["POST"])])


@pytest.fixture
def settings() -> Generator[Settings]:
    """The door and scoring answer, attribution fails, the api has no such route, and all four listen."""
    apps = {
        "ingest": service("lead-events to scoring"),
        "scoring": service("lead-scores to api"),
        "attribution": service("broken", status=500),
        "api": Starlette(),
    }
    ports = {name: free_port() for name in apps}
    with ExitStack() as stack:
        for name, app in apps.items():
            stack.enter_context(served(app, ports[name]))
        yield Settings(ports=Ports.model_validate(ports))


async def test_every_service_with_the_route_answers(settings: Settings) -> None:
    answers = {answer.service: answer for answer in await post_everywhere(settings, KEY, "reconcile")}
    assert set(answers) == {"door", "scoring", "attribution"}
    assert answers["door"].rows == ({"hop": "lead-events to scoring", "missing": 2, "republished": 2},)
    assert (answers["attribution"].problem or "").startswith("500")


async def test_a_wrong_key_is_a_problem_of_each(settings: Settings) -> None:
    answers = await post_everywhere(settings, "wrong", "reconcile")
    assert all((answer.problem or "").startswith("401") for answer in answers)


async def test_a_service_that_is_away_is_named() -> None:
    ports = Ports.model_validate({name: free_port() for name in ("ingest", "scoring", "attribution", "api")})
    answers = await post_everywhere(Settings(ports=ports), KEY, "reconcile")
    assert len(answers) == 4
    assert all("does not answer" in (answer.problem or "") for answer in answers)


def test_each_hop_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(record=True, width=120)
    monkeypatch.setattr(admin_client, "console", console)
    show([Answer("door", ({"hop": "lead-events to scoring", "missing": 3, "republished": 1},))])
    text = console.export_text()
    assert "lead-events to scoring" in text
    assert "republished" in text
