"""The ticker over a real connection: live, resumed, reset, filtered, beating, and ended by either side."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from leadtrace.embedded.readiness import free_port
from leadtrace.events.lead import Stage
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.server import Address, serve
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.engine import connect, make_pool
from leadtrace.testing.eventually import eventually, eventually_answers
from leadtrace_api.app import create_app
from leadtrace_api.projector.ticker import Entry, Kind
from leadtrace_api.room import Room
from leadtrace_api.store import ticker
from leadtrace_api.ticker.feed import feed
from leadtrace_api.ticker.hub import Hub
from leadtrace_api.ticker.sequencer import Sequencer
from tests.integration.api.conftest import READER_KEY
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import outcome, record

DEADLINE_S = 30.0
BEAT_S = 0.05


@dataclass
class Served:
    """A serving process' parts."""

    base: str
    port: int
    metrics: Metrics
    hub: Hub
    projection: Projection
    stop: StopSignal
    task: asyncio.Task[None]

    async def tell(self, *bodies: str, kind: Kind = Kind.NOTABLE) -> None:
        """Commit entries, and number them."""
        async with self.projection.owner.acquire() as connection:
            await ticker.tell(connection, [Entry(kind, json.dumps(body)) for body in bodies])
        await self.number()

    async def number(self) -> None:
        """Number what is committed."""
        await Sequencer(self.projection.pool, SystemClock(), Metrics()).work()

    def dropped(self, reason: str) -> float | None:
        """How many readers were dropped for a reason."""
        return self.metrics.registry.get_sample_value(
            "leadtrace_ticker_dropped_readers_total", {"reason": reason}
        )


@pytest_asyncio.fixture
async def served(projection: Projection, database_url: str, room: Room) -> AsyncIterator[Served]:
    """An api on a port, its ticker fed by the database."""
    port = free_port()
    metrics, readiness, stop = Metrics(), Readiness(), StopSignal()
    hub = Hub(metrics)
    readiness.when_draining(hub.close)

    async def pool() -> Pool:
        return await make_pool(database_url, "leadtrace_api", size=2)

    async def listen() -> Connection:
        return await connect(database_url, "leadtrace_api")

    async def background(stopped: StopSignal) -> None:
        await feed(hub, pool, listen, stopped, beat_every_s=BEAT_S)

    task = asyncio.create_task(
        serve(
            create_app(replace(room, ticker=hub), readiness, metrics),
            Address("127.0.0.1", port),
            readiness=readiness,
            background={"ticker": background},
            stop=stop,
        )
    )
    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient() as client:

        async def is_up() -> bool:
            try:
                return (await client.get(f"{base}/livez")).status_code == 200 and hub.is_open
            except httpx.TransportError:
                return False

        await eventually_answers(is_up, what="the api answers")
    yield Served(base, port, metrics, hub, projection, stop, task)
    stop.set("the test is over")
    async with asyncio.timeout(DEADLINE_S):
        await task


Event = dict[str, str]


@asynccontextmanager
async def following(served: Served, query: str = "", **headers: str) -> AsyncIterator[AsyncIterator[Event]]:
    """The blocks of a stream, comments under an empty name."""
    async with (
        asyncio.timeout(DEADLINE_S),
        httpx.AsyncClient(timeout=None) as client,
        client.stream("GET", f"{served.base}/v1/ticker{query}", headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        yield _blocks(response)


async def _blocks(response: httpx.Response) -> AsyncIterator[Event]:
    block: Event = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            block[name] = value.strip()
        else:
            yield block
            block = {}


async def events(blocks: AsyncIterator[Event], count: int) -> list[tuple[str, str | None, Any]]:
    """The next events that a browser would dispatch."""
    found: list[tuple[str, str | None, Any]] = []
    while len(found) < count:
        block = await anext(blocks)
        if "data" in block:
            found.append((block["event"], block.get("id"), json.loads(block["data"])))
    return found


async def test_what_is_committed_arrives_and_a_reader_resumes_where_it_was(served: Served) -> None:
    async with following(served) as blocks:
        assert await anext(blocks) == {"retry": "2000", "": "open", "id": "0"}
        await served.tell("a", "b")
        assert await events(blocks, 2) == [("notable", "1", "a"), ("notable", "2", "b")]
    await served.tell("c")
    async with following(served, **{"Last-Event-ID": "1"}) as blocks:
        assert await events(blocks, 2) == [("notable", "2", "b"), ("notable", "3", "c")]
        await served.tell("d")
        assert await events(blocks, 1) == [("notable", "4", "d")]
    async with following(served, "?last_event_id=3") as blocks:
        assert await events(blocks, 1) == [("notable", "4", "d")]
    async with following(served, "?last_event_id=0", **{"Last-Event-ID": "3"}) as blocks:
        assert await events(blocks, 1) == [("notable", "4", "d")]


async def test_the_projector_tells_through_to_a_reader(served: Served) -> None:
    async with following(served, "?kinds=notable") as blocks:
        await anext(blocks)
        await served.projection.take([record(outcome(1, (Stage.MARKETING_QUALIFIED, 1)), 1)])
        await served.number()
        ((kind, _, told),) = await events(blocks, 1)
    assert (kind, told["event"], told["stage"]) == ("notable", "stage_reached", "mql")
    async with following(served, "?kinds=funnel&last_event_id=0") as blocks:
        ((kind, _, told),) = await events(blocks, 1)
    assert kind == "funnel"
    assert {row["basis"] for row in told["rows"]} == {"cohort", "activity"}


async def test_an_id_that_is_kept_no_longer_begins_anew(served: Served) -> None:
    await served.tell("a", "b", "c")
    async with served.projection.owner.acquire() as connection:
        await connection.execute("delete from api.ticker_entries where number <= 2")
        await connection.execute("update api.ticker_state set pruned_number = 2")
    served.hub._ring.clear()
    async with following(served, "?last_event_id=1") as blocks:
        assert await events(blocks, 1) == [("reset", "3", {"reason": "not_kept"})]
        await served.tell("d")
        assert await events(blocks, 1) == [("notable", "4", "d")]
    async with following(served, "?last_event_id=99") as blocks:
        assert await events(blocks, 1) == [("reset", "4", {"reason": "unknown"})]


async def test_a_quiet_stream_beats(served: Served) -> None:
    async with following(served) as blocks:
        await anext(blocks)
        assert await anext(blocks) == {"": "beat", "id": "0"}


async def test_a_stop_ends_streams_and_does_not_wait_for_their_readers(served: Served) -> None:
    async with following(served) as blocks:
        await anext(blocks)
        served.stop.set("a stop")
        assert await events(blocks, 1) == [("dropped", None, {"reason": "stopping"})]
        with pytest.raises(StopAsyncIteration):
            await anext(blocks)
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.timeout(DEADLINE_S):
        await served.task
    # Streams that nobody ends are cancelled by the server after half of its ten seconds.
    assert loop.time() - began < 4.0
    assert served.dropped("stopping") == 1


async def test_a_reader_that_takes_nothing_is_cut_and_the_others_are_served(served: Served) -> None:
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.connect(("127.0.0.1", served.port))
        slow.sendall(b"GET /v1/ticker HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await eventually(lambda: served.hub._readers, what="the reader has joined")
        async with following(served) as blocks:
            await anext(blocks)
            large = "x" * 20_000
            for number in range(30):
                await served.tell(*[large] * 100)
                got = await events(blocks, 100)
                assert got[-1][1] == str(100 * number + 100)
                if served.dropped("slow"):
                    break
            assert served.dropped("slow") == 1
            await served.tell("after")
            assert (await events(blocks, 1))[0][2] == "after"


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "1_0", "\u0663", "9" * 30, "1 2"])
async def test_an_id_that_is_none_is_refused(served: Served, given: str) -> None:
    async with httpx.AsyncClient(base_url=served.base) as client:
        answer = await client.get("/v1/ticker", params={"last_event_id": given})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == "last_event_id"
    assert answer.json()["remedy"]


async def test_unknown_kinds_and_parameters_are_refused_with_the_nearest(served: Served) -> None:
    async with httpx.AsyncClient(base_url=served.base) as client:
        kinds = await client.get("/v1/ticker?kinds=notabel")
        name = await client.get("/v1/ticker?kind=funnel")
    assert (kinds.status_code, kinds.json()["remedy"]) == (400, "Did you mean notable?")
    assert (name.status_code, name.json()["remedy"]) == (400, "Did you mean kinds?")


async def test_reading_needs_a_key_like_everywhere(room: Room) -> None:
    closed = replace(room, settings=replace(room.settings, embedded=False), keys=KeyRing(READER_KEY))
    transport = httpx.ASGITransport(create_app(closed, Readiness(), Metrics()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/v1/ticker")).status_code == 401


async def test_a_ticker_that_is_not_open_yet_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/ticker")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
