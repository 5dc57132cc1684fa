"""A way to PostgreSQL on which the answer to a commit can be lost: it happened, and nobody heard of it."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

_SOCKET = ".s.PGSQL.{port}"
_CHUNK = 65_536
_COMMIT = b"COMMIT;\x00"  # as asyncpg sends it, by the simple protocol


class UnheardCommits:
    """Listens on a unix socket and passes bytes on both ways; a context manager.

    `lose` says how many of the next commits go through while their connection breaks before the answer.
    """

    def __init__(self, url: str, folder: Path) -> None:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        port = query.get("port", "5432")
        self._server_path = Path(query["host"]) / _SOCKET.format(port=port)
        self._own_path = folder / _SOCKET.format(port=port)
        self._folder = folder
        self.url = url.replace(query["host"], str(folder))
        self.lose = 0
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._accept, self._own_path)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None  # noqa: S101 - entered before
        self._server.close()
        for writer in self._open:
            writer.close()
        await asyncio.gather(*self._connections)

    async def _accept(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - called by the server in a task of its own
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        server, requests = await asyncio.open_unix_connection(self._server_path)
        self._open |= {requests, answers}
        back = asyncio.ensure_future(_pass_on(server, answers))
        try:
            while data := await client.read(_CHUNK):
                if self.lose > 0 and data.endswith(_COMMIT):
                    self.lose -= 1
                    await _give_up(back)
                    requests.write(data)
                    await server.read(_CHUNK)  # The server answers when it has committed.
                    return
                requests.write(data)
                await requests.drain()
        except OSError:
            return
        finally:
            await _give_up(back)
            self._open -= {requests, answers}
            for writer in (requests, answers):
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()


async def _give_up(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()
        target.close()
