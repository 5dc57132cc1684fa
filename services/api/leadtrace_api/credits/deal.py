"""`GET /v1/deals/{deal_id}/credits`."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Row

from leadtrace.domain.credits.model import PER_DEAL, Model
from leadtrace.events.snapshots import DealOutcome
from leadtrace_api.credits import deal_queries, queries
from leadtrace_api.credits.assembly import Assembler
from leadtrace_api.credits.credit import credits_of
from leadtrace_api.credits.deal_example import DEAL_CREDITS
from leadtrace_api.credits.deal_schemas import (
    DealCredits,
    DealCreditsTotal,
    DealJourney,
    JourneyTouch,
    TouchCredit,
    Traveller,
)
from leadtrace_api.credits.models import LEVELS
from leadtrace_api.credits.returns import Returns
from leadtrace_api.credits.schemas import PendingCredits
from leadtrace_api.credits.selection import Selection
from leadtrace_api.problems import NotFoundError
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import InRoom
from leadtrace_api.schemas import money

DealId = Annotated[UUID, Path(description="As every answer names the deal; an absorbed one redirects.")]

router = APIRouter()

_OUTCOME = msgspec.json.Decoder(DealOutcome)
_MOVED: dict[int | str, dict[str, Any]] = {308: {"description": "The deal was merged into another one."}}


@router.get(
    "/v1/deals/{deal_id}/credits",
    summary="What brought one deal: its journey, touch by touch, and what each model gives",
    response_model=DealCredits,
    responses={200: {"content": {"application/json": {"example": DEAL_CREDITS}}}, **_MOVED},
)
async def deal_credits(room: InRoom, deal_id: DealId) -> Response:
    """The credits of each model sum to one deal and to what is left of its money; nothing of it is causal."""
    async with reading(room) as now:
        stored = await deal_queries.deal(now, deal_id)
        if stored is None:
            remedy = "/v1/leads/{lead_id} names the deals of a lead."
            raise NotFoundError(f"There is no deal {deal_id}.", parameter="deal_id", remedy=remedy)
        if stored.redirect_to is not None:
            return RedirectResponse(f"/v1/deals/{stored.redirect_to}/credits", status_code=308)
        answer = await _answer(now, _OUTCOME.decode(stored.outcome_body), room.settings.currency)
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


async def _answer(now: Reading, deal: DealOutcome, currency: str) -> DealCredits:
    deal_id, waiting = UUID(deal.deal_id), await queries.pending(now)
    journey = await deal_queries.journey(now, deal_id)
    sums = await deal_queries.deal_credits(now, deal_id)
    given = credits_of(sums, PER_DEAL)
    if not any(one.any() for one in given[Model.CUSTOM].values()):
        del given[Model.CUSTOM]
    asked = Selection(tuple(given), LEVELS, Basis.COHORT, None, None, {})
    assembler = Assembler(asked, currency, given, None, Returns(currency, None, {}))
    return DealCredits(
        snapshot_at=now.at,
        definition_version=now.version,
        deal_id=deal_id,
        status=deal.status.value,
        leads=tuple(_travellers(deal)),
        journey=_journey(journey) if journey is not None else None,
        credits=tuple(
            TouchCredit(key=one.key, attributed=one.attributed, models=one.models)
            for one in assembler.groups()
        ),
        total=DealCreditsTotal(models=assembler.total().models),
        pending=PendingCredits(credits=waiting.pending, oldest_age_s=waiting.oldest_age_s),
    )


def _travellers(deal: DealOutcome) -> list[Traveller]:
    currency = deal.currency
    return [
        Traveller(
            lead_id=UUID(one.lead_id),
            role=one.role,
            share=money(one.share, currency) if currency is not None else None,
        )
        for one in deal.leads
    ]


def _journey(row: Row[Any]) -> DealJourney:
    shown = list(zip(*(getattr(row, f"{name}s") for name in LEVELS), strict=True))
    first = row.touches - len(shown) + 1
    return DealJourney(
        outcome=row.outcome,
        ended_on=row.ended_on,
        touches=row.touches,
        cut=row.cut,
        missing_milestones=tuple(row.missing),
        path=tuple(
            JourneyTouch(place=place, **dict(zip(LEVELS, touch, strict=True)))
            for place, touch in enumerate(shown, start=first)
        ),
    )
