"""`GET /v1/events/{id}/explain`."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from leadtrace_api.explain import queries
from leadtrace_api.explain.assembly import explanation
from leadtrace_api.explain.schemas import EXAMPLE, ExplainQuery, Explanation
from leadtrace_api.problems import NotFoundError, ParameterError
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom

router = APIRouter()


@router.get(
    "/v1/events/{event_id}/explain",
    summary="What became of an event, and in which numbers it counts",
    responses={200: {"content": {"application/json": {"example": EXAMPLE}}}},
)
async def explain(
    room: InRoom,
    event_id: Annotated[str, Path(description="The event's id, or its number.", max_length=500)],
    query: Annotated[ExplainQuery, Query()],
) -> Explanation:
    """Accepted when, copies of it, mapped by what, whose it is and why, who read it, counted in what."""
    if "\x00" in event_id:
        raise _unknown(event_id.replace("\x00", "\ufffd"))
    async with reading(room) as now:
        rows = await queries.found(now, event_id, query.source)
        if not rows:
            raise _unknown(event_id, await queries.lapsed_before(now))
        sources = sorted({row.source for row in rows})
        if len(sources) > 1:
            raise ParameterError(
                f"Events of {len(sources)} sources have the id {event_id}.",
                parameter="source",
                rule="An event is named by its source and id together.",
                remedy=f"Give source={sources[0]}, or another of {', '.join(sources)}.",
            )
        return await explanation(room, now, rows[0])


def _unknown(event_id: str, lapsed_before: datetime | None = None) -> NotFoundError:
    gone = f" Those that came before {lapsed_before:%Y-%m-%d} are kept no longer." if lapsed_before else ""
    return NotFoundError(
        f"There is no event {event_id}.{gone}",
        parameter="event_id",
        rule="Only what was mapped is an event.",
        remedy="/v1/intake/{id} tells what became of each item of a request; held ones wait in quarantine.",
    )
