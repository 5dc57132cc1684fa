"""`GET /v1/ticker`."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from leadtrace_api.keys import may_still_read
from leadtrace_api.parameters import listed
from leadtrace_api.problems import ParameterError, UnavailableError
from leadtrace_api.room import InRoom
from leadtrace_api.ticker.example import EXAMPLE
from leadtrace_api.ticker.frames import ALL, KINDS
from leadtrace_api.ticker.position import Position, position_of
from leadtrace_api.ticker.reader import Reader
from leadtrace_api.ticker.schemas import TickerQuestion
from leadtrace_api.ticker.stream import EventStream

router = APIRouter()

_HEADER: Final = "Last-Event-ID"
_PARAMETER: Final = "last_event_id"
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events, until either side ends them.",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": EXAMPLE}},
    }
}


@router.get(
    "/v1/ticker",
    summary="What changes, as it happens",
    response_class=EventStream,
    status_code=200,
    responses=_RESPONSES,
)
async def ticker(
    request: Request,
    room: InRoom,
    question: Annotated[TickerQuestion, Query()],
    header: Annotated[
        str | None, Header(alias=_HEADER, description="Go on behind this number; browsers send it.")
    ] = None,
) -> Response:
    """Differences of the funnel and notable events, numbered without a gap in the order of commits."""
    kinds = frozenset(listed("kinds", question.kinds, KINDS)) or ALL
    # A browser that connects again keeps the address of the start, and knows better in the header.
    start = _position(_HEADER, header) if header else _position(_PARAMETER, question.last_event_id)
    hub = room.ticker
    if not hub.is_open:
        raise UnavailableError("The ticker is not open; try again shortly.")
    if hub.full:
        raise UnavailableError(
            "As many readers follow the ticker as this process serves.",
            rule=f"One process serves {hub.most_readers:,} readers.",
            remedy="Try again shortly, or share one stream among the pages of a browser.",
        )
    counted = start.counted if start is not None else ()
    reader = Reader(kinds, counted=counted, allowed=lambda: may_still_read(request, room))
    return EventStream(hub, reader, start.number if start is not None else None)


def _position(parameter: str, given: str | None) -> Position | None:
    if not given:
        return None
    found = position_of(given)
    if found is None:
        raise ParameterError(
            f"{parameter} is no number of an entry.",
            parameter=parameter,
            rule="Entries are numbered 1, 2, 3 and so on, and 0 stands before the first; ids of entries that "
            "are counted already may follow, each after a hyphen.",
            remedy="Send the id of the last event that was read, the position that /v1/funnel told, or none "
            "to begin now.",
        )
    return found
