"""One reader of the ticker: what waits for it, within a bound, and why it was dropped."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from leadtrace_api.ticker.frames import ALL, Dropped

# Entries that may wait for a reader beside what its connection holds.
MOST_WAITING: Final = 1_000


def _always() -> bool:
    return True


class Reader:
    """Its hub puts in, its answer takes out; neither waits for the other."""

    def __init__(
        self,
        kinds: frozenset[str] = ALL,
        *,
        allowed: Callable[[], bool] = _always,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self.kinds = kinds
        self.allowed = allowed
        self.gone = False
        self.dropped: Dropped | None = None
        self._most_waiting = most_waiting
        self._waiting: deque[bytes] = deque()
        self._awake = asyncio.Event()

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    def put(self, parts: Sequence[bytes]) -> bool:
        """Add events; False if that would be more than may wait."""
        if len(self._waiting) + len(parts) > self._most_waiting:
            return False
        self._waiting.extend(parts)
        self._awake.set()
        return True

    def drop(self, reason: Dropped) -> None:
        """End the stream; who is slow gets nothing more than the reason."""
        self.dropped = self.dropped or reason
        if reason is Dropped.SLOW:
            self._waiting.clear()
        self._awake.set()

    def leave(self) -> None:
        """The client is gone."""
        self.gone = True
        self._awake.set()

    async def wait(self) -> None:
        """Return when something waits or the stream is to end."""
        await self._awake.wait()
        self._awake.clear()

    def take(self) -> bytes:
        """All that waits."""
        taken = b"".join(self._waiting)
        self._waiting.clear()
        return taken
