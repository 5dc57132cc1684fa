"""One process: requests beside background work, drained in order when asked to stop."""

import asyncio
import signal

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from leadtrace.embedded.readiness import free_port
from leadtrace.runtime.health import Readiness, operations_routes
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.server import Address, Background, BackgroundFailedError, serve
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.eventually import eventually_answers


class Scene:
    """A served app whose one slow request waits for the background task, as the door's do."""

    def __init__(self) -> None:
        self.address = Address("127.0.0.1", free_port())
        self.readiness = Readiness()
        self.stop = StopSignal()
        self.entered, self.gate = asyncio.Event(), asyncio.Event()
        self.history: list[str] = []
        routes = [Route("/slow", self.slow), *operations_routes(self.readiness, Metrics())]
        self.app = Starlette(routes=routes)
        self.background: Background = self.work
        self.url = f"http://127.0.0.1:{self.address.port}"

    async def slow(self, _: Request) -> Response:
        self.entered.set()
        await self.gate.wait()
        self.history.append("answered")
        return PlainTextResponse("done")

    async def work(self, stop: StopSignal) -> None:
        await stop.wait()
        self.history.append("worker stopped")

    async def closed(self) -> None:
        self.history.append("closed")

    def run(self, deadline_s: float = 5.0) -> asyncio.Task[None]:
        return asyncio.create_task(
            serve(
                self.app,
                self.address,
                readiness=self.readiness,
                background={"work": self.background},
                stop=self.stop,
                deadline_s=deadline_s,
                on_stopped=self.closed,
            )
        )

    async def up(self) -> None:
        async def answers() -> bool:
            async with httpx.AsyncClient() as client:
                try:
                    return (await client.get(f"{self.url}/livez")).is_success
                except httpx.ConnectError:
                    return False

        await eventually_answers(answers, what="the server answers")


async def test_a_request_in_flight_is_answered_before_the_worker_stops() -> None:
    scene = Scene()
    served = scene.run()
    await scene.up()
    async with httpx.AsyncClient() as client:
        request = asyncio.create_task(client.get(f"{scene.url}/slow"))
        await scene.entered.wait()
        signal.raise_signal(signal.SIGTERM)
        await scene.stop.wait()
        scene.gate.set()
        assert (await request).text == "done"
    await served
    assert scene.history == ["answered", "worker stopped", "closed"]
    assert scene.stop.reason == "SIGTERM"


async def test_a_worker_that_does_not_stop_is_cancelled_at_the_deadline() -> None:
    scene = Scene()

    async def stubborn(_: StopSignal) -> None:
        await asyncio.Event().wait()

    scene.background = stubborn
    served = scene.run(deadline_s=0.5)
    await scene.up()
    scene.stop.set("test")
    await asyncio.wait_for(served, 5)
    assert scene.history == ["closed"]


@pytest.mark.logs_internal_errors
async def test_a_failing_worker_ends_the_process() -> None:
    scene = Scene()

    async def fails(_: StopSignal) -> None:
        raise RuntimeError("a bug")

    scene.background = fails
    with pytest.raises(BackgroundFailedError, match="work: RuntimeError"):
        await asyncio.wait_for(scene.run(), 5)
    assert scene.history == ["closed"]


@pytest.mark.logs_internal_errors
async def test_a_taken_port_is_an_error_in_words() -> None:
    first, second = Scene(), Scene()
    second.address = first.address
    served = first.run()
    await first.up()
    with pytest.raises(OSError, match="cannot listen on"):
        await asyncio.wait_for(second.run(), 5)
    first.stop.set("test")
    await served
