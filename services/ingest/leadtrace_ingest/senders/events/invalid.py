"""Why an event is refused: field, rule and remedy; a value that the sender gave is never repeated."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from leadtrace_ingest.outcome import Reason

_LONGEST_SHOWN = 60


class InvalidEventError(Exception):
    """The event is not taken; `field` is a path such as `data.stage`, empty for the event as a whole."""

    def __init__(self, field: str, rule: str, remedy: str = "", reason: Reason = Reason.INVALID_ITEM) -> None:
        super().__init__(rule)
        self.field = field
        self.remedy = remedy
        self.reason = reason

    @property
    def detail(self) -> str:
        """Field and rule in one line."""
        return f"{self.field}: {self}" if self.field else str(self)


def printable(name: str) -> str:
    """The name of a field that a sender made up, as it may stand in a message."""
    shown = "".join(one if one.isprintable() else "\ufffd" for one in name[:_LONGEST_SHOWN])
    return shown if len(name) <= _LONGEST_SHOWN else f"{shown}…"


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """The known name that comes nearest, as a remedy, else all of them."""
    names = tuple(known)
    near = _nearest(given[:_LONGEST_SHOWN], names)
    return f"Did you mean {near}?" if near else f"Known are: {', '.join(names)}."


# Searching takes milliseconds, and what is wrong once is wrong in each event of a batch.
@lru_cache(maxsize=4_096)
def _nearest(given: str, known: tuple[str, ...]) -> str:
    return next(iter(get_close_matches(given, known, 1)), "")
