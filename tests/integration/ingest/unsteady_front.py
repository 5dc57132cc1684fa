"""A front of the door that fails as networks and balancers do, then passes everything on unchanged."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from leadtrace.embedded.readiness import free_port
from leadtrace.testing.eventually import eventually_answers

_HOP_BY_HOP = {"host", "content-length", "connection", "transfer-encoding", "date", "server"}


@dataclass(slots=True)
class UnsteadyFront:
    """Answers the first `refuse` posts 503 and the next `lose` ones as well, after the door has taken them.

    `paths` and `statuses` tell what was posted and what the door answered.
    """

    door: httpx.AsyncClient
    address: str
    refuse: int = 1
    lose: int = 1
    posts: int = 0
    paths: set[str] = field(default_factory=set)
    statuses: list[int] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        body = await request.body()
        self.posts += 1
        self.paths.add(request.url.path)
        number = self.posts
        if number <= self.refuse:
            await Response("busy", 503, {"Retry-After": "1"})(scope, receive, send)
            return
        answer = await self.door.request(
            request.method,
            str(request.url.path),
            params=request.query_params,
            content=body,
            headers=[(name, value) for name, value in request.headers.items() if name not in _HOP_BY_HOP],
        )
        self.statuses.append(answer.status_code)
        lost = number <= self.refuse + self.lose
        kept = {name: value for name, value in answer.headers.items() if name not in _HOP_BY_HOP}
        passed = Response(answer.content, answer.status_code, kept)
        await (Response("lost", 503, {"Retry-After": "1"}) if lost else passed)(scope, receive, send)


@asynccontextmanager
async def unsteady_front(door: httpx.AsyncClient) -> AsyncGenerator[UnsteadyFront]:
    """A front that listens on a port of its own."""
    port = free_port()
    front = UnsteadyFront(door, f"http://127.0.0.1:{port}")
    server = uvicorn.Server(
        uvicorn.Config(front, host="127.0.0.1", port=port, log_config=None, lifespan="off")
    )
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    try:
        await eventually_answers(started, what="the front listens")
        yield front
    finally:
        server.should_exit = True
        await task
