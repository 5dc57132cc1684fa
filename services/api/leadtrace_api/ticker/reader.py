"""One reader of the ticker: what waits for it, within a bound, and why it was dropped."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Final

from leadtrace_api.projector.ticker import Kind
from leadtrace_api.ticker.frames import ALL, Dropped, Frame, is_for, standing_at, wanted
from leadtrace_api.ticker.position import written

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
        counted: Collection[int] = (),
        allowed: Callable[[], bool] = _always,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self.kinds = kinds
        self.allowed = allowed
        self.gone = False
        self.dropped: Dropped | None = None
        self._counted = set(counted)
        self._most_waiting = most_waiting
        self._waiting: deque[bytes] = deque()
        self._awake = asyncio.Event()

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    @property
    def has_counted(self) -> bool:
        """Whether entries are still to come that are in the reader's numbers already."""
        return bool(self._counted)

    def position(self, number: int) -> str:
        """Where the reader stands once it has all up to a number."""
        return written(number, self._counted)

    def pick(self, taken: Sequence[Frame], after: int = 0) -> list[bytes]:
        """Of consecutive entries those behind a number that the reader is to get."""
        if not self._counted:
            return wanted(taken, self.kinds, after)
        parts = []
        for one in taken:
            if one.number <= after:
                continue
            if one.kind == Kind.RESET.value:
                self.begin_anew()
            if one.entry_id in self._counted:
                self._counted.discard(one.entry_id)
            elif is_for(one, self.kinds):
                parts.append(standing_at(one, self.position(one.number)))
        return parts

    def begin_anew(self) -> None:
        """What was counted is to be asked for again."""
        self._counted.clear()

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
