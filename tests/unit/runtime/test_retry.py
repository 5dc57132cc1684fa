"""Trying again: what is worth it, how patiently, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from leadtrace.bus.protocol import BusUnavailableError, RecordTooLargeError
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal


class _Impatient(StopSignal):
    """Notes every pause instead of making it."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    async def wait_for(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        return self.is_set()


def _failing(*errors: Exception) -> Callable[[], Awaitable[str]]:
    left = list(errors)

    async def attempt() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return attempt


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DeadlockDetectedError("40P01"),
        asyncpg.SerializationError("40001"),
        asyncpg.AdminShutdownError("57P01"),
        asyncpg.ConnectionDoesNotExistError("08003"),
        asyncpg.TooManyConnectionsError("53300"),
        asyncpg.DiskFullError("53100"),
        asyncpg.UndefinedTableError("42P01"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("got result for unknown protocol state"),
        ConnectionResetError(),
        TimeoutError(),
        BusUnavailableError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_may_pass_is_tried_again(error: Exception) -> None:
    stop = _Impatient()
    assert await until_done(_failing(error, error), what="test", stop=stop) == "done"
    assert len(stop.pauses) == 2


@pytest.mark.parametrize("error", [ValueError("a defect"), RecordTooLargeError("never"), KeyError("x")])
async def test_what_cannot_pass_is_raised_at_once(error: Exception) -> None:
    stop = _Impatient()
    with pytest.raises(type(error)):
        await until_done(_failing(error), what="test", stop=stop)
    assert stop.pauses == []


async def test_pauses_grow_and_stay_below_their_bound() -> None:
    stop = _Impatient()
    await until_done(_failing(*[OSError()] * 30), what="test", stop=stop)
    assert 0.05 <= stop.pauses[0] <= 0.2
    assert stop.pauses[4] > stop.pauses[0]
    assert all(later >= sooner for sooner, later in zip(stop.pauses[::4], stop.pauses[4::4], strict=False))
    assert max(stop.pauses) == stop.pauses[-1] == 5.0


async def test_a_stop_ends_the_waiting() -> None:
    stop = _Impatient()
    stop.set("test")
    with pytest.raises(StoppedError):
        await until_done(_failing(OSError()), what="test", stop=stop)


async def test_a_stop_lets_an_attempt_that_succeeds_succeed() -> None:
    stop = _Impatient()
    stop.set("test")
    assert await until_done(_failing(), what="test", stop=stop) == "done"


async def test_cancelling_is_no_failure_to_try_again() -> None:
    begun = asyncio.Event()

    async def attempt() -> None:
        begun.set()
        await asyncio.Event().wait()

    stop = _Impatient()
    task = asyncio.create_task(until_done(attempt, what="test", stop=stop))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stop.pauses == []
