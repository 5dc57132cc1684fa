"""Trying again: a database or broker that is away comes back; nothing is thrown away meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from leadtrace.bus.protocol import BusUnavailableError
from leadtrace.runtime.logging import get_logger, words_of
from leadtrace.runtime.shutdown import StopSignal

# Any error of the database counts, also one that looks permanent: a record is never refused because the
# database could not take it, and an operator who mends the cause need not restart anything.
RETRIED = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a connection that broke amid an answer may raise
    BusUnavailableError,
    OSError,
    asyncio.TimeoutError,
)

_FIRST_WAIT_S = 0.05
_LONGEST_WAIT_S = 5.0

Result = TypeVar("Result")
_log = get_logger("leadtrace.runtime.retry")


class StoppedError(Exception):
    """The process was asked to stop while something was being tried again."""


async def until_done(attempt: Callable[[], Awaitable[Result]], *, what: str, stop: StopSignal) -> Result:
    """Call `attempt` until it succeeds, with growing pauses of at most 5 s.

    Raises:
        StoppedError: the stop was asked for after a failure.
    """

    def log(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        _log.warning("attempt.failed", what=what, attempt=state.attempt_number, error=_describe(error))

    async def pause(seconds: float) -> None:
        if await stop.wait_for(seconds):
            raise StoppedError(what)

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(RETRIED),
        wait=wait_exponential_jitter(multiplier=_FIRST_WAIT_S, jitter=_FIRST_WAIT_S, max=_LONGEST_WAIT_S),
        sleep=pause,
        before_sleep=log,
        reraise=True,
    )

    # tenacity awaits only what it recognises as a coroutine function, which a lambda is not.
    async def awaited() -> Result:
        return await attempt()

    return await retrying(awaited)


def _describe(error: BaseException | None) -> str:
    # A database error may quote the values of a row; its class and code say enough.
    if isinstance(error, asyncpg.PostgresError):
        return f"{type(error).__name__} {getattr(error, 'sqlstate', '')}"
    return "" if error is None else words_of(error)
