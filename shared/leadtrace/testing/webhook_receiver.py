"""A real receiver of webhooks on loopback: it keeps what it is sent and answers as a test says."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Received:
    """One request: its path, its headers with names in lower case, its body."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def webhook_id(self) -> str:
        """The id by which a receiver knows copies."""
        return self.headers["webhook-id"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[Received], Awaitable[Reply]]


async def take(_: Received) -> Reply:
    """Confirm at once."""
    return Reply()


@dataclass(slots=True)
class Receiver:
    """What listens; `answering` may be changed at any time."""

    port: int = 0
    answering: Answering = take
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def ids(self) -> list[str]:
        """The ids of everything received, copies too, in order."""
        return [one.webhook_id for one in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until its other end closes it."""
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                received = await _read(reader)
                self.received.append(received)
                reply = await self.answering(received)
                lines = [f"HTTP/1.1 {reply.status} Said", "content-length: 0"]
                lines += [f"{name}: {value}" for name, value in reply.headers.items()]
                writer.write("\r\n".join(lines).encode() + _END_OF_HEAD)
                await writer.drain()


@contextlib.asynccontextmanager
async def receiving(answering: Answering = take) -> AsyncGenerator[Receiver]:
    """A receiver that listens on a free port of loopback."""
    receiver = Receiver(answering=answering)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(receiver.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    receiver.port = int(server.sockets[0].getsockname()[1])
    try:
        yield receiver
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(_END_OF_HEAD)).decode("latin-1")
    request, *lines = head.rstrip("\r\n").split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(request.split(" ")[1], headers, body)
