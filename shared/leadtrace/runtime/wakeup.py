"""Wakes a worker when there is work: LISTEN on a connection of its own, and a slow poll beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection
from leadtrace.store.engine import UNAVAILABLE

_log = get_logger("leadtrace.runtime.wakeup")


class Wakeup:
    """Says when there may be something to do; a missed notification costs one poll interval, nothing else."""

    def __init__(
        self, connect: Callable[[], Awaitable[Connection]], channel: str, poll_interval_s: float
    ) -> None:
        self._connect = connect
        self._channel = channel
        self._poll_interval_s = poll_interval_s
        self._connection: Connection | None = None
        self._awake = asyncio.Event()

    async def wait(self, stop: StopSignal) -> None:
        """Return at a notification, at a stop, or when the poll interval is over."""
        await self._listen()
        waiters = [asyncio.ensure_future(self._awake.wait()), asyncio.ensure_future(stop.wait())]
        try:
            await asyncio.wait(waiters, timeout=self._poll_interval_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in waiters:
                waiter.cancel()
            await asyncio.gather(*waiters, return_exceptions=True)
        self._awake.clear()

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _listen(self) -> None:
        if self._connection is not None and not self._connection.is_closed():
            return
        try:
            self._connection = await self._connect()
            await self._connection.add_listener(self._channel, self._notified)
        except UNAVAILABLE as error:
            _log.warning("wakeup.not_listening", kind=type(error).__name__)
            await self.close()

    def _notified(self, *_: Any) -> None:
        self._awake.set()
