"""Where the hub reads entries: in a test it may be anything."""

from typing import Protocol

from leadtrace.store.connection import Pool
from leadtrace_api.store import ticker
from leadtrace_api.store.ticker import Numbered, TickerState


class Source(Protocol):
    """Numbered entries, consecutive, and how far they go."""

    async def page(self, after: int, limit: int) -> list[Numbered]:
        """The entries behind a number, ascending."""

    async def state(self) -> TickerState:
        """The highest number given, and the highest that is kept no longer."""


class PooledSource:
    """The entries of the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(self, after: int, limit: int) -> list[Numbered]:
        """The entries behind a number, ascending."""
        async with self._pool.acquire() as connection:
            return await ticker.page(connection, after, limit)

    async def state(self) -> TickerState:
        """The highest number given, and the highest that is kept no longer."""
        async with self._pool.acquire() as connection:
            return await ticker.state(connection)
