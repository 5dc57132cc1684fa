"""Where a page of leads ended."""

from datetime import date, datetime
from uuid import UUID

from leadtrace_api.cursors import foreign, packed, unpacked
from leadtrace_api.leads.queries import Cursor


def cursor_text(cursor: Cursor) -> str:
    """The cursor as it stands in a link."""
    day, captured_at, lead_id = cursor
    return packed(day.isoformat(), captured_at.isoformat(), lead_id.hex)


def cursor_of(text: str) -> Cursor:
    """The cursor that a link carried.

    Raises:
        ParameterError: it is not one that this api made.
    """
    parts = unpacked(text)
    try:
        day, captured_at, lead_id = parts
        cursor = (date.fromisoformat(day), datetime.fromisoformat(captured_at), UUID(lead_id))
    except ValueError as error:
        raise foreign() from error
    if cursor[1].tzinfo is None:
        raise foreign()
    return cursor
