"""Where a page of disagreements ended."""

from datetime import datetime
from uuid import UUID

from leadtrace_api.cursors import foreign, packed, unpacked
from leadtrace_api.disagreements.queries import Cursor

_LARGEST_PLACE = 2**31 - 1


def cursor_text(cursor: Cursor) -> str:
    """The cursor as it stands in a link."""
    at, lead_id, place = cursor
    return packed(at.isoformat(), lead_id.hex, str(place))


def cursor_of(text: str) -> Cursor:
    """The cursor that a link carried.

    Raises:
        ParameterError: it is not one that this api made.
    """
    parts = unpacked(text)
    try:
        at, lead_id, place = parts
        cursor = (datetime.fromisoformat(at), UUID(lead_id), int(place))
    except ValueError as error:
        raise foreign() from error
    if cursor[0].tzinfo is None or not 0 <= cursor[2] <= _LARGEST_PLACE:
        raise foreign()
    return cursor
