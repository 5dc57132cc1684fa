"""Who may keep an answer, how large ones travel, and which pages may read them."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from starlette.responses import JSONResponse, StreamingResponse

from leadtrace.runtime.settings_api import Api
from leadtrace_api.manners import keep_manners
from leadtrace_api.settings import ApiSettings

_LONG = ["x" * 100] * 100
_DASHBOARD = "https://dash.example.com"


def _client(*origins: str) -> httpx.AsyncClient:
    app = FastAPI()

    @app.get("/v1/funnel")
    async def funnel() -> list[str]:
        return _LONG

    @app.get("/v1/leads/{lead_id}")
    async def lead(lead_id: str) -> str:
        return lead_id

    @app.get("/v1/tagged")
    async def tagged() -> JSONResponse:
        return JSONResponse([], headers={"Cache-Control": "private, max-age=5"})

    @app.get("/v1/stream")
    async def stream() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for line in _LONG:
                yield f"data: {line}\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    keep_manners(app, ApiSettings("EUR", "UTC", embedded=True, cors_origins=origins))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/v1/funnel", "private, no-cache"),
        ("/v1/leads/1", "no-store"),
        ("/v1/tagged", "private, max-age=5"),
        ("/v1/none", "private, no-cache"),
    ],
)
async def test_an_answer_says_who_may_keep_it(path: str, kept: str) -> None:
    answer = await _client().get(path)
    assert answer.headers["cache-control"] == kept
    assert "Authorization" in answer.headers["vary"]


async def test_large_answers_are_zipped_for_those_who_can_read_that() -> None:
    zipped = await _client().get("/v1/funnel", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) < sum(map(len, _LONG)) // 10
    plain = await _client().get("/v1/funnel", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == zipped.json() == _LONG


@pytest.mark.parametrize("path", ["/v1/leads/1", "/v1/stream"])
async def test_small_answers_and_streams_are_not(path: str) -> None:
    answer = await _client().get(path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


async def test_without_origins_no_other_page_may_read() -> None:
    answer = await _client().get("/v1/funnel", headers={"Origin": _DASHBOARD})
    assert "access-control-allow-origin" not in answer.headers


async def test_a_page_of_a_configured_origin_may_read_with_a_key() -> None:
    client = _client(_DASHBOARD)
    asking = {
        "Origin": _DASHBOARD,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    before = await client.options("/v1/funnel", headers=asking)
    assert before.status_code == 200
    assert "GET" in before.headers["access-control-allow-methods"]
    answer = await client.get("/v1/funnel", headers={"Origin": _DASHBOARD})
    assert answer.headers["access-control-allow-origin"] == _DASHBOARD
    assert "access-control-allow-credentials" not in answer.headers
    other = await client.get("/v1/funnel", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
    refused = await client.options(
        "/v1/funnel", headers={**asking, "Access-Control-Request-Method": "DELETE"}
    )
    assert refused.status_code == 400


@pytest.mark.parametrize("origin", ["dash.example.com", "https://dash.example.com/path", "null", ""])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError):
        Api(cors_origins=(origin,))
