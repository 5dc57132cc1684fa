"""Stopping by design: one stop signal, one time budget for the whole drain, then the end."""

import asyncio
import time
from collections.abc import Iterable


class StopSignal:
    """Says that the process is to stop, and why; set once, seen by everyone who waits."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.reason: str | None = None

    def set(self, reason: str) -> None:
        """Ask for the stop; the first reason is kept."""
        if not self._event.is_set():
            self.reason = reason
            self._event.set()

    def is_set(self) -> bool:
        """Whether the stop was asked for."""
        return self._event.is_set()

    async def wait(self) -> None:
        """Return once the stop is asked for."""
        await self._event.wait()

    async def wait_for(self, seconds: float) -> bool:
        """Pause for `seconds`, shorter when the stop is asked for; True if it was."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True


class Deadline:
    """One time budget shared by every step of a shutdown or a start."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends_at = time.monotonic() + seconds

    def remaining_s(self) -> float:
        """Seconds left; never below 0."""
        return max(0.0, self._ends_at - time.monotonic())

    def passed(self) -> bool:
        """Whether the budget is used up."""
        return self.remaining_s() == 0.0


async def drain(tasks: Iterable[asyncio.Task[None]], deadline: Deadline) -> list[asyncio.Task[None]]:
    """Wait until the tasks end by themselves, cancel those that did not by the deadline, and return these.

    The wait is shielded: cancelling the caller does not cut the tasks short before their time. Errors
    stay in the tasks for the caller to look at.
    """
    waiting = set(tasks)
    if not waiting:
        return []
    _, late = await asyncio.shield(asyncio.wait(waiting, timeout=deadline.remaining_s()))
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=1.0)
    return list(late)
