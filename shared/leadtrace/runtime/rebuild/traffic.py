"""How long a rebuild rests, so that live batches find the database and the processor free."""

import time
from collections.abc import Callable

# While batches come a rebuild works a fifth of the time.
_RESTS_A_PAGE = 4.0
_QUIET_AFTER_S = 1.0
_NEVER = float("-inf")


class Traffic:
    """Remembers when the last live batch ended."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last = _NEVER

    def passed(self) -> None:
        """A live batch has just been applied."""
        self._last = self._monotonic()

    def rest_s(self, page_s: float) -> float:
        """How long to rest after a page that took `page_s` seconds."""
        quiet = self._monotonic() - self._last > _QUIET_AFTER_S
        return 0.0 if quiet else page_s * _RESTS_A_PAGE
