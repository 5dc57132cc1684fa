"""Connections to PostgreSQL in the role of a service, without SQLAlchemy, which hot paths never load."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg

CONNECT_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 3.0

# Hot paths ask by key. A plan is kept for the life of a connection, and one made while a table was small
# would go through all of it for every batch, long after it has grown.
_KEYED = {"enable_seqscan": "off"}

Initializer = Callable[[asyncpg.Connection], Coroutine[Any, Any, None]]

# Errors that mean that the server is not there, or went away: the same call may be tried again.
UNAVAILABLE: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
)


async def make_pool(
    url: str,
    role: str,
    *,
    size: int,
    init: Initializer | None = None,
    command_timeout_s: float | None = None,
) -> asyncpg.Pool:
    """A pool of at most `size` connections that act as `role`; the first one is made now.

    `init` sets up each new connection (codecs). Whoever borrows a connection leaves no session state
    behind: nothing is reset on return, which spares every borrower a round trip.

    Raises:
        Exception: one of `UNAVAILABLE` when the server cannot be reached.
    """
    pool = asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        init=init,
        reset=_leave_as_is,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=command_timeout_s,
        server_settings={**_server_settings(role), **_KEYED},
    )
    await pool
    return pool


async def close_pool(pool: asyncpg.Pool, *, within_s: float = CLOSE_TIMEOUT_S) -> None:
    """Close a pool, and let go of connections whose server does not answer any more."""
    try:
        async with asyncio.timeout(within_s):
            await pool.close()
    except TimeoutError:
        pool.terminate()


async def connect(url: str, role: str | None = None) -> asyncpg.Connection:
    """One connection, as `role` or as the connecting user, for work that happens once.

    Raises:
        Exception: one of `UNAVAILABLE` when the server cannot be reached.
    """
    return await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S, server_settings=_server_settings(role))


async def ping(pool: asyncpg.Pool) -> str | None:
    """A readiness check: None when the database answers, else why not."""
    try:
        await pool.fetchval("select 1")
    except UNAVAILABLE as error:
        return f"{type(error).__name__}: {error}"
    return None


async def wait_for_database(url: str, *, deadline_s: float, interval_s: float = 0.05) -> None:
    """Return once the server takes connections.

    Raises:
        TimeoutError: it did not within `deadline_s` seconds.
    """
    async with asyncio.timeout(deadline_s):
        while True:
            try:
                connection = await connect(url)
            except UNAVAILABLE:
                await asyncio.sleep(interval_s)
            else:
                await connection.close()
                return


async def _leave_as_is(_: asyncpg.Connection) -> None:
    """Nothing to reset."""


def _server_settings(role: str | None) -> dict[str, str]:
    # A role set at the start of the session survives every reset, and needs no statement of its own.
    settings = {"jit": "off", "application_name": role or "leadtrace"}
    return {**settings, "role": role} if role else settings
