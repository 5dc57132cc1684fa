"""Moments as Salesforce writes them: ISO 8601 with an offset, or milliseconds since 1970 as Avro does."""

from datetime import UTC, datetime

from leadtrace.events.times import from_micros
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError

_EARLIEST_MS = 946_684_800_000  # 2000-01-01
_LATEST_MS = 253_402_300_799_999  # the last moment of the year 9999
_EARLIEST = from_micros(_EARLIEST_MS * 1_000)
_LONGEST = 40


def moment_of_ms(field: str, milliseconds: int) -> datetime:
    """The moment of a number of milliseconds.

    Raises:
        RefusedError: it lies before the year 2000 or beyond what a moment can be.
    """
    if not _EARLIEST_MS <= milliseconds <= _LATEST_MS:
        raise RefusedError(Reason.BAD_TIME, f"{field}: milliseconds since 1970, not before the year 2000")
    return from_micros(milliseconds * 1_000)


def moment_of(field: str, text: str) -> datetime:
    """The moment of a text.

    Raises:
        RefusedError: it is none, or lies before the year 2000.
    """
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST:
        return moment_of_ms(field, int(text))
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment < _EARLIEST:
        raise RefusedError(Reason.BAD_TIME, f"{field}: a date and time, not before the year 2000")
    return moment
