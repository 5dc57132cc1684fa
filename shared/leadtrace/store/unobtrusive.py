"""Transactions that change tables in use: they give up early, so that nobody queues behind them for long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from leadtrace.store.connection import Connection, Pool

# While one waits for a lock, everybody who comes later waits behind it.
_LOCK_TIMEOUT_MS: Final = 400
IN_THE_WAY: Final = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)


@asynccontextmanager
async def unobtrusive(pool: Pool) -> AsyncIterator[Connection]:
    """A connection within a transaction, in which no lock is waited for longer than a moment.

    Raises:
        asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError: try again a little later (`IN_THE_WAY`).
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"set local lock_timeout = {_LOCK_TIMEOUT_MS}")
        yield connection
