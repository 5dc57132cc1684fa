"""Waiting with an end: what does not answer in time is given up without waiting for it to notice."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

# Tasks that were given up and have not ended yet; the loop itself keeps none alive.
_given_up: set[asyncio.Task[Any]] = set()


async def within(seconds: float, work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives, if it does in time.

    A database driver that is cancelled asks its server to cancel too and waits for that, for ever if the
    server is frozen; so the work is told to end, and nobody waits until it has.

    Raises:
        TimeoutError: it did not; the work is cancelled behind the caller's back.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        _give_up(task)
        raise
    if not done:
        _give_up(task)
        raise TimeoutError(f"no answer within {seconds:g} s")
    return task.result()


def _give_up(task: asyncio.Task[Any]) -> None:
    task.cancel()
    _given_up.add(task)
    task.add_done_callback(_forget)


def _forget(task: asyncio.Task[Any]) -> None:
    _given_up.discard(task)
    if not task.cancelled():
        task.exception()  # nobody else asks how it ended
