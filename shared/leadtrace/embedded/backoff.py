"""When to start something again that died: at once-ish, then ever later, until it has run steadily."""

import time
from collections.abc import Callable

FIRST_S = 0.2
LONGEST_S = 10.0
STEADY_S = 30.0


class Backoff:
    """The pauses between restarts of one process, in seconds on a monotonic clock."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._pause_s = FIRST_S
        self._due_at: float | None = None
        self._started_at = 0.0
        self.failures = 0

    def started(self) -> None:
        """It runs now."""
        self._started_at = self._monotonic()
        self._due_at = None

    def died(self) -> bool:
        """Note a death, once however often it is seen; True the first time."""
        if self._due_at is not None:
            return False
        if self._monotonic() - self._started_at >= STEADY_S:
            self._pause_s = FIRST_S
            self.failures = 0
        self.failures += 1
        self._due_at = self._monotonic() + self._pause_s
        self._pause_s = min(LONGEST_S, self._pause_s * 2)
        return True

    def failed_again(self) -> None:
        """The restart itself failed: wait longer."""
        self._due_at = None
        self._started_at = self._monotonic()
        self.died()

    def due(self) -> bool:
        """Whether the pause is over."""
        return self._due_at is not None and self._monotonic() >= self._due_at
