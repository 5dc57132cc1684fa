"""Moments as microseconds since the epoch, and back: folds compare integers, wires carry RFC 3339."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since the epoch of an aware moment."""
    return (moment - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC moment `micros` microseconds after the epoch."""
    return EPOCH + timedelta(microseconds=micros)
