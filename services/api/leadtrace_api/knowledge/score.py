"""`GET /v1/leads/{id}/score`: the score at any moment, as known at any moment, explained."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import Field

from leadtrace.events.snapshots import Contribution, LeadScore
from leadtrace.events.times import from_micros
from leadtrace_api.knowledge.leads import score_then
from leadtrace_api.knowledge.parameters import ScoreQuery
from leadtrace_api.leads.current import numbers, verdicts
from leadtrace_api.leads.moved import MOVED, moved
from leadtrace_api.leads.schemas import ScoreNumbers, Verdict
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom
from leadtrace_api.schemas import Answer, Stamped

router = APIRouter()


class Part(Answer):
    """What one rule adds, in thousandths of a point."""

    rule: str
    millipoints: int
    because: str


class Group(Answer):
    """Fit or intent: its parts sum to it exactly."""

    millipoints: int
    parts: tuple[Part, ...]


class ScoreThen(Stamped):
    """The answer of `GET /v1/leads/{id}/score`."""

    as_of: datetime | None = Field(description="The state of knowledge that was asked for; null: now.")
    lead_id: UUID
    at: datetime = Field(
        description="When it is judged: `at`, else its latest event or the last midnight that changed it."
    )
    score: ScoreNumbers
    grade: str
    fit: Group
    intent: Group
    qualifications: tuple[Verdict, ...]


EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "as_of": "2026-03-31T22:00:00Z",
    "lead_id": "1d32ee03-bd54-5003-ae86-3c7d4580b7ca",
    "at": "2026-03-15T12:00:00Z",
    "score": {"fit": 35.0, "intent": 8.75, "total": 43.75, "band": "warm"},
    "grade": "B2",
    "fit": {
        "millipoints": 35000,
        "parts": [{"rule": "industry", "millipoints": 35000, "because": "industry is logistics"}],
    },
    "intent": {
        "millipoints": 8750,
        "parts": [
            {"rule": "demo", "millipoints": 9000, "because": "asked for a demo"},
            {"rule": "cap:demo", "millipoints": -250, "because": "more than this signal may add"},
        ],
    },
    "qualifications": [{"stage": "mql", "at": "2026-03-02T10:14:06.120000Z", "holds": True, "failed": []}],
}


@router.get(
    "/v1/leads/{lead_id}/score",
    summary="The score at a moment, as known at a moment",
    response_model=ScoreThen,
    responses={200: {"content": {"application/json": {"example": EXAMPLE}}}, **MOVED},
)
async def score(
    room: InRoom,
    lead_id: Annotated[UUID, Path(description="As every answer names the lead.")],
    query: Annotated[ScoreQuery, Query()],
) -> Response:
    """As it stands; with `as_of` or `at` folded from the events recorded by then that had happened by then.

    With `at` it is judged at that very moment, else at its latest event or the last midnight that changed it.
    """
    async with reading(room) as now:
        found = await score_then(room, now, lead_id, query.as_of, query.at)
    if found.redirect_to is not None:
        return moved(found.redirect_to, "/score", query)
    answer = _answer(found, lead_id, now.at, query.as_of)
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


def _answer(found: LeadScore, lead_id: UUID, snapshot_at: datetime, as_of: datetime | None) -> ScoreThen:
    fit, intent = found.fit, found.intent
    return ScoreThen(
        snapshot_at=snapshot_at,
        definition_version=found.definition.version,
        as_of=as_of,
        lead_id=lead_id,
        at=from_micros(found.at),
        score=numbers(fit, intent, found.band),
        grade=found.grade,
        fit=Group(millipoints=fit, parts=_parts(found.fit_contributions)),
        intent=Group(millipoints=intent, parts=_parts(found.intent_contributions)),
        qualifications=verdicts(found),
    )


def _parts(contributions: tuple[Contribution, ...]) -> tuple[Part, ...]:
    return tuple(
        Part(rule=one.rule, millipoints=one.millipoints, because=one.because) for one in contributions
    )
