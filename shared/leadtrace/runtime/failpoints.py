"""Named places at which a test may crash a loop; in production they do nothing."""

from typing import Protocol

AFTER_SAVE = "after_save"
AFTER_PRODUCE = "after_produce"
AFTER_FLUSH = "after_flush"
BEFORE_COMMIT = "before_commit"

ALL = (AFTER_SAVE, AFTER_PRODUCE, AFTER_FLUSH, BEFORE_COMMIT)


class Failpoints(Protocol):
    """Told whenever a loop passes a named place."""

    async def reach(self, name: str) -> None:
        """Return to go on; raise to crash here."""


class NoFailpoints:
    """Never crashes."""

    async def reach(self, name: str) -> None:
        """Go on."""


class CrashError(Exception):
    """The crash that an armed failpoint makes."""


class ArmedFailpoints:
    """Crashes at one place, the `after`-th time that it is passed; then never again."""

    def __init__(self, name: str, after: int = 1) -> None:
        self._name = name
        self._left = after

    async def reach(self, name: str) -> None:
        """Crash here if this is the place and the time.

        Raises:
            CrashError: it is.
        """
        if name != self._name:
            return
        self._left -= 1
        if self._left == 0:
            raise CrashError(name)
