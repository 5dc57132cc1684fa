"""When a message happened: its time by the client's clock, set right by how far that clock is off.

The door's clock less how long before its sending it happened: `receivedAt - (sentAt - originalTimestamp)`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from leadtrace_ingest.senders.segment.message import InvalidMessageError, Times

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST = 40
_MOST_AGO_MS = 10**12


def occurred_at(times: Times, received_at: datetime) -> datetime:
    """The moment of a message; without any time of its own that of its receipt.

    Raises:
        InvalidMessageError: its time cannot be read or lies before the year 2000.
    """
    if times.corrected is not None:
        return _checked(_required(times.corrected))
    if times.occurred is None:
        return _checked(received_at - _ago(times.ago_ms))
    occurred, sent = _required(times.occurred), _moment(times.sent)
    if sent is None:
        return _checked(occurred)
    try:
        return _checked(received_at - (sent - occurred))
    except OverflowError:
        raise _bad() from None


def _checked(moment: datetime) -> datetime:
    if moment < _EARLIEST:
        raise _bad()
    return moment


def _required(value: Any) -> datetime:
    moment = _moment(value)
    if moment is None:
        raise _bad()
    return moment


def _moment(value: Any) -> datetime | None:
    """A moment in ISO 8601; without an offset it is in UTC."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _ago(value: Any) -> timedelta:
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_AGO_MS
    return timedelta(milliseconds=value) if known else timedelta()


def _bad() -> InvalidMessageError:
    return InvalidMessageError("timestamp: must be a moment in ISO 8601, not before the year 2000")
