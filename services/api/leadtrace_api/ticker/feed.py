"""Feeds a hub from the database: one connection that listens, and one task that reads and beats."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.wakeup import Wakeup
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.engine import close_pool
from leadtrace_api.store.ticker import NUMBERED_CHANNEL
from leadtrace_api.ticker.hub import Hub
from leadtrace_api.ticker.source import PooledSource

BEAT_EVERY_S: Final = 15.0
_POLL_S: Final = 1.0


async def feed(
    hub: Hub,
    make_pool: Callable[[], Awaitable[Pool]],
    connect: Callable[[], Awaitable[Connection]],
    stop: StopSignal,
    *,
    beat_every_s: float = BEAT_EVERY_S,
) -> None:
    """Open the hub once the database is there, and hand on what gets a number until the stop signal."""
    try:
        pool = await until_done(make_pool, what="connect to postgres", stop=stop)
    except StoppedError:
        return
    wakeup = Wakeup(connect, NUMBERED_CHANNEL, _POLL_S)
    beating = asyncio.create_task(_beat(hub, stop, beat_every_s))
    try:
        await until_done(lambda: hub.open(PooledSource(pool)), what="open the ticker", stop=stop)
        while not stop.is_set():
            await until_done(hub.take_in, what="read the ticker", stop=stop)
            await wakeup.wait(stop)
    except StoppedError:
        return
    finally:
        beating.cancel()
        hub.close()
        await wakeup.close()
        await close_pool(pool)


async def _beat(hub: Hub, stop: StopSignal, every_s: float) -> None:
    while not await stop.wait_for(every_s):
        hub.beat()
