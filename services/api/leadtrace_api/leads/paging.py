"""Cursors: where a page ended, as text that means nothing to anybody else."""

import base64
import binascii
from datetime import date, datetime
from uuid import UUID

from leadtrace_api.leads.queries import Cursor
from leadtrace_api.problems import ParameterError

_SEPARATOR = "|"


def cursor_text(cursor: Cursor) -> str:
    """The cursor as it stands in a link."""
    day, captured_at, lead_id = cursor
    plain = _SEPARATOR.join((day.isoformat(), captured_at.isoformat(), lead_id.hex))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def cursor_of(text: str) -> Cursor:
    """The cursor that a link carried.

    Raises:
        ParameterError: it is not one that this api made.
    """
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        day, captured_at, lead_id = plain.split(_SEPARATOR)
        cursor = (date.fromisoformat(day), datetime.fromisoformat(captured_at), UUID(lead_id))
    except (ValueError, binascii.Error) as error:
        raise _foreign() from error
    if cursor[1].tzinfo is None:
        raise _foreign()
    return cursor


def _foreign() -> ParameterError:
    return ParameterError(
        "This is no cursor of this api.",
        parameter="cursor",
        rule="A cursor is taken from `next` of the page before, as it stands.",
        remedy="Leave cursor out to begin anew.",
    )
