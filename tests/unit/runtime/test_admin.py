"""Admin routes: who may pass, and how they say no."""

from typing import Any

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from leadtrace.bus.protocol import BusUnavailableError
from leadtrace.runtime.admin import bearer, rebuild_routes
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.problem import MEDIA_TYPE, problem
from leadtrace.runtime.refold import RefoldResult
from leadtrace.runtime.retry import StoppedError

_ROUTE = "/v1/admin/rebuild-stuck"


async def _post(
    key: str | None, authorization: str | None = None, *, error: Exception | None = None
) -> httpx.Response:
    async def rebuild() -> list[RefoldResult]:
        if error is not None:
            raise error
        return [RefoldResult("leads", 2, 1)]

    app = Starlette(routes=rebuild_routes(rebuild, bearer(KeyRing(key))))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        headers = {} if authorization is None else {b"authorization": authorization.encode()}
        return await client.post(_ROUTE, headers=headers)


def _assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == MEDIA_TYPE
    body: dict[str, Any] = response.json()
    assert (body["status"], body["type"]) == (status, f"urn:leadtrace:problem:{code}")
    assert body["title"]
    assert body["detail"]
    assert body["remedy"]
    return body


class TestKey:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
    async def test_the_right_one_passes(self, scheme: str) -> None:
        response = await _post("secret", f"{scheme} secret")
        assert response.status_code == 200
        assert response.json() == {"kinds": [{"kind": "leads", "stuck": 2, "still_stuck": 1}]}

    async def test_may_hold_any_characters(self) -> None:
        assert (await _post("gëheim", "Bearer gëheim")).status_code == 200

    @pytest.mark.parametrize(
        "authorization",
        [
            None,
            "",
            "Bearer",
            "Bearer ",
            "Bearer secre",
            "Bearer secrets",
            "Bearer gëheim",
            "Basic secret",
            "secret",
        ],
    )
    async def test_any_other_is_refused(self, authorization: str | None) -> None:
        response = await _post("secret", authorization)
        _assert_problem(response, 401, "unauthorized")
        assert response.headers["www-authenticate"] == "Bearer"
        assert "secret" not in response.text.replace("Bearer <key>", "")

    @pytest.mark.parametrize("key", [None, ""])
    async def test_without_one_nobody_passes(self, key: str | None) -> None:
        _assert_problem(await _post(key, "Bearer "), 401, "unauthorized")


@pytest.mark.parametrize(
    "error",
    [asyncpg.AdminShutdownError("57P01"), OSError("refused"), BusUnavailableError("away"), StoppedError("x")],
    ids=lambda error: type(error).__name__,
)
async def test_a_dependency_that_is_away_is_a_problem_to_try_again(error: Exception) -> None:
    response = await _post("secret", "Bearer secret", error=error)
    _assert_problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "5"


class TestProblem:
    def test_names_the_parameter_and_more(self) -> None:
        made = problem(422, "bad_day", "31 June is no day.", parameter="from", given="2026-06-31")
        assert bytes(made.body) == (
            b'{"type":"urn:leadtrace:problem:bad_day","title":"bad day","status":422,'
            b'"detail":"31 June is no day.","parameter":"from","given":"2026-06-31"}'
        )
        assert made.media_type == "application/problem+json"

    async def test_a_check_that_passes_says_nothing(self) -> None:
        scope = {"type": "http", "headers": [(b"authorization", b"Bearer k")], "state": {}}
        assert bearer(KeyRing("k"))(Request(scope)) is None
        assert isinstance(bearer(KeyRing("k"))(Request({"type": "http", "headers": []})), Response)
