"""`GET /v1/leads`, `/v1/leads/{id}` and `/v1/leads/{id}/trace`."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from leadtrace.events.lead import LADDER
from leadtrace.events.snapshots import LeadOutcome, LeadScore
from leadtrace_api.knowledge.leads import lead_then
from leadtrace_api.knowledge.parameters import KnownQuery
from leadtrace_api.leads import examples, queries
from leadtrace_api.leads.answers import Snapshots, lead_answer, trace_answer
from leadtrace_api.leads.current import lead_row
from leadtrace_api.leads.moved import MOVED, moved
from leadtrace_api.leads.order import Order
from leadtrace_api.leads.schemas import Lead, Leads, LeadsQuery
from leadtrace_api.leads.trace import deal_ids
from leadtrace_api.leads.trace_schemas import Trace
from leadtrace_api.parameters import check_range, filter_items
from leadtrace_api.personal.searching import check_may_search, found_by
from leadtrace_api.personal.showing import look_at
from leadtrace_api.problems import NotFoundError, ParameterError
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import InRoom
from leadtrace_api.tables import LEADS
from leadtrace_api.written import as_json

LeadId = Annotated[UUID, Path(description="As every answer names the lead; an absorbed one redirects.")]

router = APIRouter()

_OUTCOME = msgspec.json.Decoder(LeadOutcome)
_SCORE = msgspec.json.Decoder(LeadScore)


def _example(answer: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"example": answer}}}}


@router.get(
    "/v1/leads",
    summary="Captured leads, filtered and in any order",
    response_model=Leads,
    responses=_example(examples.LEADS),
)
async def leads(request: Request, room: InRoom, query: Annotated[LeadsQuery, Query()]) -> Response:
    """The leads behind a number of the funnel, or any others; visitors and absorbed leads are not listed."""
    _check(query)
    if query.q is not None:
        check_may_search(request, room)
    order = Order(query.sort, room.settings.currency, ranged=query.is_ranged)
    after = order.place_of(query.cursor) if query.cursor is not None else None
    async with reading(room) as now:
        found = await found_by(room, now, query.q, LEADS.c.lead_id) if query.q is not None else []
        rows = await queries.page(now, query, order, after, found)
        shown, more = rows[: query.limit], len(rows) > query.limit
        # Whoever is found is named by what was asked for: that is a look as well.
        asked = [row.lead_id for row in shown] if query.personal or query.q is not None else []
        look = await look_at(request, room, now, asked)
    await look.record(room)
    answer = Leads(
        snapshot_at=now.at,
        definition_version=now.version,
        query={**_plain(query), **query.filters(), "limit": query.limit},
        leads=tuple(lead_row(row, look.fields.get(row.lead_id) if query.personal else None) for row in shown),
        next=_next(query, queries.place_in(order, shown[-1])) if more else None,
    )
    return _json(answer)


@router.get(
    "/v1/leads/{lead_id}",
    summary="What is known of a lead, or was",
    response_model=Lead,
    responses={**_example(examples.LEAD), **MOVED},
)
async def lead(
    request: Request, room: InRoom, lead_id: LeadId, query: Annotated[KnownQuery, Query()]
) -> Response:
    """Dimensions, stage, score with its explanation, outcome and deals; who it is, for keys of `read:pii`."""
    async with reading(room) as now:
        if query.as_of is not None:
            then = await lead_then(room, now, lead_id, query.as_of)
            if then.redirect_to is not None:
                return moved(then.redirect_to, query=query)
            known = then.snapshots
        else:
            stored = await _stored(now, lead_id)
            if stored.redirect_to is not None:
                return moved(stored.redirect_to)
            outcome, score = _bodies(stored)
            known = Snapshots(outcome, score, await queries.deal_outcomes(now, deal_ids(outcome)))
        look = await look_at(request, room, now, [lead_id])
    await look.record(room)
    return _json(lead_answer(now, lead_id, known, look.fields[lead_id]))


@router.get(
    "/v1/leads/{lead_id}/trace",
    summary="The whole journey of a lead",
    response_model=Trace,
    responses={**_example(examples.TRACE), **MOVED},
)
async def trace(room: InRoom, lead_id: LeadId, query: Annotated[KnownQuery, Query()]) -> Response:
    """Every event of the lead and of its deals, and what was derived of them, in time order."""
    async with reading(room) as now:
        if query.as_of is not None:
            then = await lead_then(room, now, lead_id, query.as_of)
            if then.redirect_to is not None:
                return moved(then.redirect_to, "/trace", query)
            events = await queries.events_numbered(now, then.events)
            return _trace(trace_answer(now, lead_id, events, then.snapshots))
        stored = await _stored(now, lead_id)
        if stored.redirect_to is not None:
            return moved(stored.redirect_to, "/trace")
        outcome, score = _bodies(stored)
        deals = deal_ids(outcome)
        concluded = await queries.deal_outcomes(now, deals)
        events, lapsed_before = await queries.events(now, lead_id, deals)
    told = trace_answer(now, lead_id, events, Snapshots(outcome, score, concluded), lapsed_before)
    return _trace(told)


async def _stored(now: Reading, lead_id: UUID) -> queries.StoredLead:
    stored = await queries.stored_lead(now, lead_id)
    if stored is None or (stored.outcome_body is None and stored.score_body is None):
        remedy = "/v1/leads lists those that there are."
        raise NotFoundError(f"There is no lead {lead_id}.", parameter="lead_id", remedy=remedy)
    return stored


def _bodies(stored: queries.StoredLead) -> tuple[LeadOutcome | None, LeadScore | None]:
    outcome, score = stored.outcome_body, stored.score_body
    return (
        _OUTCOME.decode(outcome) if outcome is not None else None,
        _SCORE.decode(score) if score is not None else None,
    )


def _check(query: LeadsQuery) -> None:
    for name in ("reached", "short_of"):
        given = getattr(query, name)
        if given is not None and given not in LADDER:
            raise ParameterError(
                f"{name}={given} stands beside the ladder.",
                parameter=name,
                rule="Only rungs of the ladder are reached by passing them.",
                remedy=f"Use stage={given} for the leads that stand there now.",
            )
    for name, given in (("reached", query.reached), ("stage", query.stage)):
        first, last = getattr(query, f"{name}_from"), getattr(query, f"{name}_to")
        check_range(first, last, (f"{name}_from", f"{name}_to"))
        if given is None and (first or last):
            raise ParameterError(
                f"{name}_from and {name}_to say when, but nothing says which stage.",
                parameter=f"{name}_from" if first else f"{name}_to",
                rule=f"They narrow {name}.",
                remedy=f"Name a stage with {name}=.",
            )
    check_range(query.captured_from, query.captured_to, ("captured_from", "captured_to"))


def _next(query: LeadsQuery, cursor: str) -> str:
    items = [*filter_items(query.filters()), *_plain(query).items(), ("cursor", cursor)]
    return f"/v1/leads?{urlencode(items, doseq=True)}"


def _plain(query: LeadsQuery) -> dict[str, Any]:
    """What was asked for beside the filters of dimensions."""
    return query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", *query.filters()})


def _trace(answer: Trace) -> Response:
    return Response(as_json(answer), media_type="application/json")


def _json(answer: Leads | Lead) -> Response:
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")
