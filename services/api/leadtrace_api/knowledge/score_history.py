"""`GET /v1/leads/{id}/score/history`: how a lead's score came about, a point for each change."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import Field

from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.scoring.frozen import as_frozen
from leadtrace.events.snapshots import FrozenPeriod, LeadScore, ScorePoint
from leadtrace.events.times import from_micros, to_micros
from leadtrace_api.knowledge.leads import score_then
from leadtrace_api.knowledge.parameters import ScoreQuery, View, ViewQuery
from leadtrace_api.knowledge.takeovers import with_takeovers
from leadtrace_api.leads.current import numbers, verdicts
from leadtrace_api.leads.moved import MOVED, moved
from leadtrace_api.leads.schemas import ScoreNumbers, Verdict
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom
from leadtrace_api.schemas import Answer, Stamped, points

router = APIRouter()


class HistoryPoint(Answer):
    """The score as it stood from `at` on, until the next point."""

    at: datetime
    definition_version: int = Field(description="The version of the definitions that says so.")
    score: ScoreNumbers
    change: float = Field(description="What the total changed by since the point before, in points.")
    explained: str = Field(description="Where the parts of exactly this score are told.")


class ScoreHistory(Stamped):
    """The answer of `GET /v1/leads/{id}/score/history`, oldest first."""

    as_of: datetime | None = Field(description="The state of knowledge that was asked for; null: now.")
    lead_id: UUID
    points: tuple[HistoryPoint, ...]
    points_omitted: int = Field(description="Older points, which a snapshot does not keep.")
    verdicts: tuple[Verdict, ...] = Field(description="Each change of what the clauses of a stage say.")
    verdicts_omitted: int


_LEAD = "1d32ee03-bd54-5003-ae86-3c7d4580b7ca"
EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "as_of": None,
    "lead_id": _LEAD,
    "points": [
        {
            "at": "2026-03-02T10:14:06.120000Z",
            "definition_version": 1,
            "score": {"fit": 35.0, "intent": 0.0, "total": 35.0, "band": "cold"},
            "change": 35.0,
            "explained": f"/v1/leads/{_LEAD}/score?at=2026-03-02T10%3A14%3A06.120000Z",
        },
        {
            "at": "2026-03-15T12:00:00Z",
            "definition_version": 1,
            "score": {"fit": 35.0, "intent": 8.75, "total": 43.75, "band": "warm"},
            "change": 8.75,
            "explained": f"/v1/leads/{_LEAD}/score?at=2026-03-15T12%3A00%3A00Z",
        },
    ],
    "points_omitted": 0,
    "verdicts": [{"stage": "mql", "at": "2026-03-15T12:00:00Z", "holds": True, "failed": []}],
    "verdicts_omitted": 0,
}


@router.get(
    "/v1/leads/{lead_id}/score/history",
    summary="How a score came about",
    response_model=ScoreHistory,
    responses={200: {"content": {"application/json": {"example": EXAMPLE}}}, **MOVED},
)
async def score_history(
    room: InRoom,
    lead_id: Annotated[UUID, Path(description="As every answer names the lead.")],
    query: Annotated[ViewQuery, Query()],
) -> Response:
    """A point for each moment at which fit, intent or band changed by an event, or at a midnight.

    Intent fades between the points: `explained` and any other moment of `/score?at=` tell how far. Late and
    corrected events change the points of the past; `as_of` tells what they were. With `view=frozen` each
    point is by the definitions that were in force then, and one stands where others took over, with what
    intent was at that moment.
    """
    async with reading(room) as now:
        found = await score_then(room, now, lead_id, ScoreQuery(**dict(query)))
        if found.redirect_to is not None:
            return moved(found.redirect_to, "/score/history", query)
        told = await with_takeovers(room, now, lead_id, query, _told(found, now.schedule, query))
    answer = ScoreHistory(
        snapshot_at=now.at,
        definition_version=found.definition.version,
        as_of=query.as_of,
        lead_id=lead_id,
        points=tuple(_points(found.lead_id, told, query)),
        points_omitted=found.timeline_omitted + (found.frozen_omitted if query.view is View.FROZEN else 0),
        verdicts=verdicts([one for some in told for one in some.qualifications]),
        verdicts_omitted=found.qualifications_omitted,
    )
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


def _told(found: LeadScore, schedule: Schedule, query: ViewQuery) -> list[FrozenPeriod]:
    """What is told: all by one version, or by each for as long as it was in force."""
    if query.view is View.RESTATED:
        return [
            FrozenPeriod(
                definition=found.definition, timeline=found.timeline, qualifications=found.qualifications
            )
        ]
    known = schedule if query.as_of is None else schedule.as_of(to_micros(query.as_of))
    return as_frozen(found, known.since or 0)


def _points(lead_id: str, told: Iterable[FrozenPeriod], query: ViewQuery) -> Iterator[HistoryPoint]:
    before: ScorePoint | None = None
    for period in told:
        for point in period.timeline:
            total = point.fit + point.intent
            yield HistoryPoint(
                at=from_micros(point.at),
                definition_version=period.definition.version,
                score=numbers(point.fit, point.intent, point.band),
                change=points(total - (before.fit + before.intent if before is not None else 0)),
                explained=_explained(lead_id, point.at, query),
            )
            before = point


def _explained(lead_id: str, at: int, query: ViewQuery) -> str:
    moments = {"at": from_micros(at), **({"as_of": query.as_of} if query.as_of is not None else {})}
    said = {name: moment.isoformat().replace("+00:00", "Z") for name, moment in moments.items()}
    if query.view is not View.RESTATED:
        said["view"] = query.view.value
    return f"/v1/leads/{lead_id}/score?{urlencode(said, quote_via=quote)}"
