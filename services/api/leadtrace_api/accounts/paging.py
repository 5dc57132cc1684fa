"""Where a page of accounts ended, and as of which moment it was ordered."""

from datetime import UTC, datetime

from leadtrace.domain.definitions.bounds import ACCOUNT_NAME
from leadtrace_api.accounts.queries import Place
from leadtrace_api.cursors import foreign, packed, unpacked

_MOST_POINTS = 1_000_000
# Before there was a cursor.
_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)


def cursor_text(place: Place) -> str:
    """The cursor as it stands in a link; a name may hold what separates its parts, so it comes last."""
    return packed(place.at.isoformat(), str(place.points), place.name)


def cursor_of(text: str, now: datetime) -> Place:
    """The cursor that a link carried.

    Raises:
        ParameterError: it is not one that this api made.
    """
    parts = unpacked(text)
    try:
        moment, points, *name = parts
        place = Place(datetime.fromisoformat(moment), int(points), "|".join(name))
    except ValueError as error:
        raise foreign() from error
    named = 0 < len(place.name) <= ACCOUNT_NAME and "\x00" not in place.name
    if place.at.tzinfo is None or not _EARLIEST <= place.at <= now:
        raise foreign()
    if not named or not 0 <= place.points <= _MOST_POINTS:
        raise foreign()
    return Place(place.at.astimezone(UTC), place.points, place.name)
