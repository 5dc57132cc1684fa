"""Why an event is refused: field, rule and remedy; a value that the sender gave is never repeated."""

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
