"""Where a page of the work list ended, and by which valuation it was sorted."""

from datetime import UTC, datetime
from uuid import UUID

from leadtrace_api.cursors import foreign, packed, unpacked
from leadtrace_api.priorities.queries import UNKNOWN, Place
from leadtrace_api.priorities.segments import Segment
from leadtrace_api.priorities.valuation import Valuation, unpacked_valuation


def cursor_text(place: Place, valuation: Valuation) -> str:
    """The cursor as it stands in a link."""
    since = place.since.isoformat() if place.since is not None else ""
    return packed(str(place.segment), since, str(place.worth), place.lead_id.hex, valuation.packed())


def cursor_of(text: str, listed: tuple[Segment, ...]) -> tuple[Place, Valuation]:
    """The cursor that a link carried.

    Raises:
        ParameterError: it is not one that this api made, or other bands have a clock by now.
    """
    parts = unpacked(text)
    try:
        segment, since, worth, lead_id, priced = parts
        moment = _aware(since) if since else None
        place = Place(int(segment), moment, int(worth), UUID(lead_id))
        valuation = unpacked_valuation(priced)
    except (ValueError, OverflowError) as error:
        raise foreign() from error
    clocks = {one.place: one.hours is not None for one in listed}
    known = clocks.get(place.segment) is (moment is not None)
    if not known or not UNKNOWN <= place.worth <= -UNKNOWN:
        raise foreign()
    return place, valuation


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without an offset is none")
    return moment.astimezone(UTC)
