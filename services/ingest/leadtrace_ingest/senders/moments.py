"""Moments as senders write them: ISO 8601 with or without an offset, or seconds, ms or µs since the epoch."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from leadtrace.events.times import from_micros

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
# Below the first a number means seconds (until the year 5138), below the second milliseconds.
_SECONDS_BELOW, _MILLISECONDS_BELOW, _MICROSECONDS_BELOW = 10**11, 10**14, 10**17
_LONGEST = 40


def moment_of(value: Any) -> datetime | None:
    """The moment in UTC, cut to microseconds; None if it cannot be read or lies before the year 2000.

    A text without an offset is in UTC.
    """
    match value:
        case bool() | None:
            return None
        case int() | Decimal():
            found = _since_epoch(value)
        case str() if len(value) <= _LONGEST:
            text = value.strip()
            whole = text.isascii() and text.isdigit()
            found = _since_epoch(int(text)) if whole else _written(text)
        case _:
            return None
    return found if found is not None and found >= EARLIEST else None


def _since_epoch(number: int | Decimal) -> datetime | None:
    # Compared before anything else is done with it: a Decimal may be as large as its exponent says.
    if not 0 < number < _MICROSECONDS_BELOW:
        return None
    if number < _SECONDS_BELOW:
        return from_micros(int(number * 1_000_000))
    return from_micros(int(number * 1_000 if number < _MILLISECONDS_BELOW else number))


def _written(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
