"""Months in UTC as ranges of ids: the ids of deliveries begin with the millisecond of their receipt."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from leadtrace.runtime.clock import first_uuid7


class Month(NamedTuple):
    """A month of a year, in UTC."""

    year: int
    month: int

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        """The month that a moment is in."""
        there = moment.astimezone(UTC)
        return cls(there.year, there.month)

    def later(self, months: int) -> "Month":
        """So many months later, or earlier."""
        number = self.year * 12 + self.month - 1 + months
        return Month(number // 12, number % 12 + 1)

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.later(1).start

    @property
    def suffix(self) -> str:
        """What the names of its partitions end with."""
        return f"{self.year:04}_{self.month:02}"


def first_id(moment: datetime) -> UUID:
    """The lowest id that a delivery received at this moment, to the millisecond, or later can have."""
    return first_uuid7(int(moment.timestamp() * 1_000))


def moment_of(bound: UUID) -> datetime:
    """The moment of `first_id`."""
    return datetime.fromtimestamp((bound.int >> 80) / 1_000, UTC)
