"""Heads of requests that are too large or never end, told by a client that writes raw bytes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from leadtrace.runtime.http_protocol import MOST_HEAD_BYTES, BoundedProtocol
from leadtrace.testing.eventually import eventually


class Hasty(BoundedProtocol):
    """One that waits no longer than a test does."""

    head_within_s = 0.3
    body_within_s = 0.8


async def hello(request: Request) -> PlainTextResponse:
    try:
        return PlainTextResponse(str(len(await request.body())))
    except ClientDisconnect:
        return PlainTextResponse("nobody hears this")


@asynccontextmanager
async def serving(protocol: type[BoundedProtocol] = BoundedProtocol) -> AsyncGenerator[int]:
    """The port of a server with this protocol."""
    app = Starlette(routes=[Route("/", hello, methods=["GET", "POST"])])
    config = uvicorn.Config(app, port=0, loop="none", http=protocol, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    await eventually(lambda: server.started, what="it listens")
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


async def answers(port: int, *parts: bytes, pause_s: float = 0.0) -> bytes:
    """What comes back until the server closes; parts are written one after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_a_head_of_common_size_is_served() -> None:
    head = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx: " + b"a" * 30_000 + b"\r\n\r\n"
    async with serving() as port:
        assert (await answers(port, head)).startswith(b"HTTP/1.1 200")


async def test_a_head_without_end_is_refused_and_not_kept() -> None:
    line = b"x: " + b"a" * 8_000 + b"\r\n"
    async with serving() as port:
        lines = line * (MOST_HEAD_BYTES // len(line) + 1)
        found = await answers(port, b"GET / HTTP/1.1\r\nhost: x\r\n", lines, pause_s=0.05)
    assert found.startswith(b"HTTP/1.1 431")


async def test_a_head_that_trickles_in_is_given_up() -> None:
    async with serving(Hasty) as port:
        found = await answers(port, b"GET / HTTP/1.1\r\n", b"a: b\r\n", pause_s=0.05)
        assert found.startswith(b"HTTP/1.1 408")
        assert (await answers(port, pause_s=0.1)).startswith(b"HTTP/1.1 408")


async def test_a_body_may_be_larger_and_later_than_any_head() -> None:
    size = MOST_HEAD_BYTES * 3
    head = f"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {size}\r\n\r\n".encode()
    async with serving(Hasty) as port:
        found = await answers(port, head, b"b" * MOST_HEAD_BYTES, b"b" * MOST_HEAD_BYTES * 2, pause_s=0.2)
    assert found.startswith(b"HTTP/1.1 200")
    assert found.endswith(str(size).encode())


async def test_a_body_without_end_is_given_up() -> None:
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n"
    async with serving(Hasty) as port:
        assert (await answers(port, head, b"some", pause_s=0.05)).startswith(b"HTTP/1.1 408")


async def test_each_request_of_a_connection_has_its_own_head() -> None:
    one = b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 40_000 + b"\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    async with serving() as port:
        assert (await answers(port, one, one, last)).count(b"HTTP/1.1 200") == 3
