"""`GET /v1/leads/{id}/score`: the score at any moment, as known at any moment, explained."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import Field

from leadtrace.events.snapshots import Contribution, LeadScore
from leadtrace.events.times import from_micros
from leadtrace_api.accounts.examples import GROUP
from leadtrace_api.accounts.schemas import AccountGroup
from leadtrace_api.knowledge.leads import score_then
from leadtrace_api.knowledge.parameters import ScoreQuery
from leadtrace_api.knowledge.predicted import EXAMPLE as PREDICTED
from leadtrace_api.knowledge.predicted import PredictedThen, told
from leadtrace_api.knowledge.with_account import Told, account_then
from leadtrace_api.leads.current import numbers, verdicts
from leadtrace_api.leads.moved import MOVED, moved
from leadtrace_api.leads.schemas import ScoreNumbers, Verdict
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom
from leadtrace_api.schemas import Answer, Stamped, points

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
        description="Of which moment fit and intent are: `at`, else its latest event or the last midnight "
        "that changed it. Band and verdicts are those of an event or a midnight by then."
    )
    score: ScoreNumbers
    grade: str
    fit: Group
    intent: Group
    account: AccountGroup | None = Field(
        description="What several people of its account add as of `snapshot_at`; part of no score, band or "
        "verdict. Null with `as_of` or `at`, and without an account."
    )
    no_account_because: str | None = Field(description="Why `account` is null.")
    total_with_account: float | None = Field(
        description="In points: the total and what the account adds; null with `as_of` or `at`."
    )
    predicted: PredictedThen | None = Field(
        description="Null while no model speaks, and for a lead that is won or lost by its own record."
    )
    qualifications: tuple[Verdict, ...]


EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "as_of": None,
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
    "account": GROUP,
    "no_account_because": None,
    "total_with_account": 49.75,
    "predicted": PREDICTED,
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

    With `at` intent is that of this very moment, else of its latest event or the last midnight that changed
    it; band and verdicts change at events and midnights only.
    What is predicted is said by the model that was active as of `as_of`, of what was known then.
    """
    async with reading(room) as now:
        found = await score_then(room, now, lead_id, query)
        account = await account_then(now, found, query)
    if found.redirect_to is not None:
        return moved(found.redirect_to, "/score", query)
    answer = _answer(found, lead_id, now.at, query, account)
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


def _answer(
    found: LeadScore, lead_id: UUID, snapshot_at: datetime, query: ScoreQuery, account: Told
) -> ScoreThen:
    fit, intent = found.fit, found.intent
    added, why = account
    is_now = query.as_of is None and query.at is None
    total = fit + intent + (added.millipoints if added is not None else 0)
    return ScoreThen(
        snapshot_at=snapshot_at,
        definition_version=found.definition.version,
        as_of=query.as_of,
        lead_id=lead_id,
        at=from_micros(found.at),
        score=numbers(fit, intent, found.band),
        grade=found.grade,
        fit=Group(millipoints=fit, parts=_parts(found.fit_contributions)),
        intent=Group(millipoints=intent, parts=_parts(found.intent_contributions)),
        account=added,
        no_account_because=why,
        total_with_account=points(total) if is_now else None,
        predicted=told(found.predicted),
        qualifications=verdicts(found.qualifications),
    )


def _parts(contributions: tuple[Contribution, ...]) -> tuple[Part, ...]:
    return tuple(
        Part(rule=one.rule, millipoints=one.millipoints, because=one.because) for one in contributions
    )
