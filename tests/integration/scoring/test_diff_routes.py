"""The route of a comparison: which versions it takes, what it refuses, how it ends when somebody leaves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.types import Message

from leadtrace.events.lead import LeadCaptured
from leadtrace.runtime.admin import bearer
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.store.connection import Pool
from leadtrace.store.engine import make_pool
from leadtrace.testing.builders import event
from leadtrace_scoring.comparing.routes import PATH, comparing_routes
from tests.integration.chain.scene import Scene
from tests.integration.scoring.judged_twice import comparer_of
from tests.second_version import second_version

_LEADS = 40
_SECOND = {"body": second_version(), "file": "definitions/v2.yaml"}
_KEY = "Bearer key"


class _Rests(Traffic):
    """Remembers how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def rest_s(self, page_s: float) -> float:
        self.asked += 1
        assert page_s > 0
        return 0.0


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """Connections in scoring's own role."""
    made = await make_pool(database_url, "leadtrace_scoring", size=1)
    yield made
    await made.close()


@pytest.fixture
def traffic() -> _Rests:
    """Live batches that never come."""
    return _Rests()


@pytest.fixture
def app(pool: Pool, traffic: _Rests) -> Starlette:
    """The route, over pages of a single lead."""
    comparer = comparer_of(pool, traffic, FrozenClock(), leads_a_page=1)
    return Starlette(routes=comparing_routes(comparer, pool, bearer(KeyRing("key"))))


@pytest_asyncio.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the admin key."""
    transport = httpx.ASGITransport(app)
    headers = {"authorization": _KEY}
    async with httpx.AsyncClient(transport=transport, base_url="http://scoring", headers=headers) as client:
        yield client


async def _captured(scene: Scene) -> None:
    await scene.put(*(event(LeadCaptured(), f"contact/{number}", number) for number in range(_LEADS)))
    await scene.settle()


async def _refused(client: httpx.AsyncClient, asked: object, status: int) -> dict[str, Any]:
    answer = await client.post(PATH, json=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = answer.json()
    return problem


async def test_a_file_with_mistakes_is_refused_with_each_of_them(client: httpx.AsyncClient) -> None:
    text = second_version().replace("cap_per_day", "cap_per_dya", 1)
    line = next(number for number, one in enumerate(text.splitlines(), 1) if "cap_per_dya" in one)
    asked = {"a": {"version": 1}, "b": {"body": text, "file": "definitions/v2.yaml"}}
    refused = await _refused(client, asked, 422)
    assert (refused["type"], refused["parameter"]) == ("urn:leadtrace:problem:definitions_unusable", "b")
    (finding,) = refused["findings"]
    assert (finding["file"], finding["line"]) == ("definitions/v2.yaml", line)
    assert finding["key"] == "scorecard.intent.cap_per_dya"
    assert (finding["rule"], finding["remedy"]) == ("is no key here", "did you mean `cap_per_day`?")
    assert f"definitions/v2.yaml:{line}" in refused["detail"]


async def test_a_version_that_nobody_knows_is_said_to_be(client: httpx.AsyncClient) -> None:
    refused = await _refused(client, {"a": {"version": 41}}, 404)
    assert refused["parameter"] == "a"
    assert "no version 41" in refused["detail"]
    assert refused["remedy"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"a": {}},
        {"a": {"version": 1, "body": "id: x"}},
        {"a": {"version": -1}},
        {"a": {"version": 1}, "sample": 1_001},
        {"a": {"version": 1}, "c": {"version": 1}},
        {"a": {"body": "\x00"}},
    ],
)
async def test_what_is_not_meant_is_refused(client: httpx.AsyncClient, asked: object) -> None:
    assert (await _refused(client, asked, 422))["detail"]


async def test_without_the_key_nothing_is_told(client: httpx.AsyncClient) -> None:
    refused = await client.post(PATH, json={"a": {"version": 1}}, headers={"authorization": "Bearer other"})
    assert refused.status_code == 401


async def test_a_registered_version_is_read_from_the_registry(
    scene: Scene, client: httpx.AsyncClient
) -> None:
    registered = (
        "insert into ingest.definitions (version, id, hash, body, registered_at, registered_by) "
        "values (2, 'default', '', $1, now(), 'test')"
    )
    await scene.pool.execute(registered, second_version().encode())
    answer = await client.post(PATH, json={"a": {"version": 1}, "b": {"version": 2}})
    report = msgspec.json.decode(answer.text.splitlines()[-1])["report"]
    assert (report["a"]["version"], report["a"]["name"]) == (1, "version 1")
    assert (report["b"]["version"], report["b"]["name"]) == (2, "version 2")


async def test_it_rests_after_each_page_as_the_traffic_demands(
    scene: Scene, client: httpx.AsyncClient, traffic: _Rests
) -> None:
    await _captured(scene)
    await client.post(PATH, json={"a": _SECOND})
    assert traffic.asked >= _LEADS


async def _talk(app: Starlette, after_line: Callable[[int], Awaitable[bool]]) -> list[dict[str, Any]]:
    """The lines that are sent until `after_line` says of their number that the client is gone."""
    gone, lines = asyncio.Event(), []
    body = msgspec.json.encode({"a": _SECOND})
    asked = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        if (message := next(asked, None)) is not None:
            return message
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message.get("body"):
            lines.append(msgspec.json.decode(message["body"]))
            if await after_line(len(lines)):
                gone.set()

    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "headers": [(b"authorization", _KEY.encode())],
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }
    await asyncio.wait_for(app(scope, receive, send), timeout=20)
    return lines


async def test_it_stops_when_the_client_leaves_and_lets_the_next_one_in(
    scene: Scene, app: Starlette, client: httpx.AsyncClient
) -> None:
    await _captured(scene)

    async def left(line: int) -> bool:
        return line == 3

    lines = await _talk(app, left)
    assert len(lines) < _LEADS / 2
    answer = await client.post(PATH, json={"a": _SECOND})
    assert set(msgspec.json.decode(answer.text.splitlines()[-1])) == {"report"}


async def test_a_database_that_goes_away_ends_it_with_an_error(
    scene: Scene, app: Starlette, pool: Pool
) -> None:
    await _captured(scene)

    async def cut(line: int) -> bool:
        if line == 3:
            pool.terminate()
        return False

    *_, last = await _talk(app, cut)
    assert set(last) == {"error"}
    assert "nothing was changed" in last["error"]


async def test_one_is_compared_at_a_time(scene: Scene, app: Starlette, client: httpx.AsyncClient) -> None:
    await _captured(scene)
    refused: list[dict[str, Any]] = []

    async def ask_too(line: int) -> bool:
        if line == 3:
            refused.append(await _refused(client, {"a": _SECOND}, 409))
        return False

    *_, last = await _talk(app, ask_too)
    assert set(last) == {"report"}
    assert refused[0]["type"] == "urn:leadtrace:problem:diff_running"
