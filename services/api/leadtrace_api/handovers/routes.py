"""`GET /v1/handovers` and `/v1/handovers/queue`."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from leadtrace.runtime.handover_terms import terms_by
from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.handovers import examples, queries, queue
from leadtrace_api.handovers.answers import Reasons, deep_sixed_lead, numbers
from leadtrace_api.handovers.found import Group, find
from leadtrace_api.handovers.schemas import (
    GROUPS,
    Handover,
    HandoverGroup,
    Handovers,
    HandoversEcho,
    HandoversQuery,
    Queue,
    QueueQuery,
)
from leadtrace_api.handovers.selection import Selection
from leadtrace_api.handovers.spending import find_spending
from leadtrace_api.handovers.table import as_csv
from leadtrace_api.parameters import check_range, listed
from leadtrace_api.problems import ParameterError
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom
from leadtrace_api.spreadsheet import Format, csv_response

MOST_GROUPS = 1_000

router = APIRouter()


@router.get(
    "/v1/handovers",
    summary="What was handed over, how soon it was answered and contacted, and what is owed",
    response_model=Handovers,
    responses=answered_as_table_too(Handovers, examples.HANDOVERS, lambda one: as_csv(one, "EUR")),
)
async def handovers(room: InRoom, query: Annotated[HandoversQuery, Query()]) -> Response:
    """Offers opened in the range, followed until now, by the party that they were made to."""
    check_range(query.first, query.last, ("from", "to"))
    by, currency = listed("by", query.by, GROUPS), room.settings.currency
    async with reading(room) as now:
        asked = Selection(now, query, by, room.settings.timezone, currency)
        found = await find(asked, terms_by(now.schedule))
        spending = await find_spending(asked)
        overdue = await queries.longest_overdue(asked)
    groups, reasons = _in_order({*found, *spending.keys()}), Reasons.of(now.schedule.current.handover)
    if len(groups) > MOST_GROUPS:
        raise ParameterError(
            f"There are {len(groups)} groups.",
            parameter="by",
            rule=f"An answer has at most {MOST_GROUPS}.",
            remedy="Filter, or group by less.",
        )

    def told(group: Group) -> Handover:
        return numbers(found.get(group), spending.on(group), currency, reasons)

    answer = Handovers(
        snapshot_at=now.at,
        definition_version=now.version,
        query=HandoversEcho.model_validate(
            {"by": by, "from": query.first, "to": query.last, "filters": query.filters()}
        ),
        groups=tuple(HandoverGroup(key=dict(zip(by, key, strict=True)), numbers=told(key)) for key in groups),
        total=told(None),
        deep_sixed=tuple(map(deep_sixed_lead, overdue)),
    )
    if query.format is Format.CSV:
        return csv_response(as_csv(answer, currency))
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


@router.get(
    "/v1/handovers/queue",
    summary="Open offers and running clocks, for a team, an owner or a partner",
    response_model=Queue,
    responses={200: {"content": {"application/json": {"example": examples.QUEUE}}}},
)
async def handover_queue(room: InRoom, query: Annotated[QueueQuery, Query()]) -> Response:
    """What asks for somebody now: an answer, a contact, an outcome; what is due first comes first."""
    after = queue.cursor_of(query.cursor) if query.cursor is not None else None
    async with reading(room) as now:
        answer = await queue.answer(now, query, after, room.settings.currency)
    return Response(answer.model_dump_json(), media_type="application/json")


def _in_order(found: Iterable[Group]) -> list[tuple[str | None, ...]]:
    """The keys of the groups, those without one last."""
    keys = [key for key in found if key is not None]
    return sorted(keys, key=lambda key: [(part is None, part or "") for part in key])
