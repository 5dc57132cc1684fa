"""The answer that goes on: one reader's events as they come, until either side ends it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from leadtrace.runtime.http_protocol import ABORT
from leadtrace.runtime.logging import get_logger
from leadtrace.store.engine import UNAVAILABLE as AWAY
from leadtrace_api.ticker import frames
from leadtrace_api.ticker.frames import Dropped
from leadtrace_api.ticker.hub import NOT_KEPT, UNKNOWN, Hub
from leadtrace_api.ticker.reader import Reader

# A connection that takes nothing for so long (s) is cut.
SEND_WITHIN_S: Final = 10.0
_DISCONNECT: Final = "http.disconnect"

_log = get_logger("leadtrace_api.ticker")


class _TooSlowError(Exception):
    """The client takes nothing."""


class EventStream(Response):
    """Sends a reader its events, from behind the number `after` if it has one."""

    media_type = "text/event-stream"

    def __init__(
        self, hub: Hub, reader: Reader, after: int | None, *, send_within_s: float = SEND_WITHIN_S
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        # The length of what goes on is not known.
        del self.headers["content-length"]
        self._hub = hub
        self._reader = reader
        self._after = after
        self._send_within_s = send_within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream to its end."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with self._watched(receive):
            try:
                await self._resume(send)
                await self._go_on(send)
            except _TooSlowError:
                self._hub.drop(self._reader, Dropped.SLOW)
                _abort(scope)
            except AWAY as error:
                # The client connects again, and then learns whether the database is there.
                _log.warning("ticker.not_resumed", error=type(error).__name__)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                self._hub.leave(self._reader)

    @asynccontextmanager
    async def _watched(self, receive: Receive) -> AsyncIterator[None]:
        watcher = asyncio.create_task(self._watch(receive))
        try:
            yield
        finally:
            watcher.cancel()

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != _DISCONNECT:
            pass
        self._reader.leave()

    async def _resume(self, send: Send) -> None:
        hub, reader, after = self._hub, self._reader, self._after
        if after is None:
            hub.join(reader)
            return
        if after > hub.last:
            # Another process may have handed on more than this one has read yet.
            await hub.take_in()
        while not hub.rejoin(reader, after):
            if reader.gone or not hub.is_open:
                return
            past = await hub.past(after)
            if not past:
                if not hub.rejoin(reader, after):
                    hub.rejoin_anew(reader, UNKNOWN if after > hub.last else NOT_KEPT)
                return
            after = past[-1].number
            if parts := reader.pick(past):
                await self._write(send, b"".join(parts))

    async def _go_on(self, send: Send) -> None:
        reader = self._reader
        if not self._hub.is_open and reader.dropped is None:
            self._hub.drop(reader, Dropped.STOPPING)
        while not reader.gone:
            await reader.wait()
            if not reader.idle:
                await self._write(send, reader.take())
            if reader.dropped is not None:
                await self._write(send, frames.dropped(reader.dropped), more=False)
                return

    async def _write(self, send: Send, data: bytes, *, more: bool = True) -> None:
        try:
            async with asyncio.timeout(self._send_within_s):
                await send({"type": "http.response.body", "body": data, "more_body": more})
        except TimeoutError:
            raise _TooSlowError from None


def _abort(scope: Scope) -> None:
    given = scope.get("extensions", {}).get(ABORT)
    if given is not None:
        given["abort"]()
