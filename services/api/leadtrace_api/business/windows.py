"""The last days as questions have them: both ends inclusive, in the reporting time zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadtrace_api.business.metrics import WINDOWS


@dataclass(frozen=True, slots=True)
class Window:
    """So many days, the last of which is today."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """How many they are, as the label `days` has it."""
        return str((self.last - self.first).days + 1)


def windows(at: datetime, zone: ZoneInfo) -> tuple[Window, ...]:
    """The windows at a moment, the longest last."""
    today = at.astimezone(zone).date()
    return tuple(Window(today - timedelta(days=days - 1), today) for days in WINDOWS)
