"""Scopes of spend, looked up before the answer so that a sender hears of an overlap while it can mend it.

The relay decides; the door only says early what the relay would say, and nothing while PostgreSQL is away.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import asyncpg

from leadtrace.runtime.patience import within
from leadtrace.store.connection import Pool
from leadtrace.store.engine import UNAVAILABLE
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.relay.scopes import Scope, clashes, scopes_of
from leadtrace_ingest.senders.item import ItemResult, Refused

_NO_ANSWER: tuple[type[Exception], ...] = (*UNAVAILABLE, asyncpg.PostgresError)
_REMEDY = "Post the whole of the stored scope again, or days beside it."


class SpendScopes:
    """Compares what is posted with the scopes that are stored."""

    def __init__(self, pool: "Callable[[], Pool | None]", timeout_s: float) -> None:
        self._pool = pool
        self._timeout_s = timeout_s

    async def checked(self, results: Sequence[ItemResult], posted_at: datetime) -> list[ItemResult]:
        """The results; a posting whose scope partly overlaps a stored one is refused."""
        scopes = [scopes_of(result, posted_at) for result in results]
        pool = self._pool()
        if pool is None or not any(scopes):
            return list(results)
        try:
            wrong = await within(self._timeout_s, _clashes(pool, scopes))
        except _NO_ANSWER:
            return list(results)
        return [
            result if detail is None else _refused(result, detail)
            for result, detail in zip(results, wrong, strict=True)
        ]


async def _clashes(pool: Pool, scopes: Sequence[Sequence[Scope]]) -> list[str | None]:
    async with pool.acquire() as connection:
        return await clashes(connection, scopes)


def _refused(result: ItemResult, detail: str) -> Refused:
    return Refused(result.identity, Reason.SCOPE_OVERLAP, detail, b"", field="from", remedy=_REMEDY)
