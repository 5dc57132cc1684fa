"""`GET /v1/costs`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from leadtrace_api.costs.answers import Teller, lag_of
from leadtrace_api.costs.example import EXAMPLE
from leadtrace_api.costs.found import Found, find
from leadtrace_api.costs.schemas import KEYS, CostGroup, Costs, CostsEcho, CostsQuery
from leadtrace_api.costs.selection import Group, Selection
from leadtrace_api.costs.table import as_csv
from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.parameters import check_range, listed
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom
from leadtrace_api.spreadsheet import Format, csv_response

router = APIRouter()


@router.get(
    "/v1/costs",
    summary="Spend, and what a lead, an order and a customer cost and bring, naive and lag-matched",
    response_model=Costs,
    responses=answered_as_table_too(Costs, EXAMPLE, as_csv),
)
async def costs(room: InRoom, query: Annotated[CostsQuery, Query()]) -> Response:
    """Spend without a win and wins without spend are both groups; groups plus total agree to the cent."""
    check_range(query.first, query.last, ("from", "to"))
    by, currency = listed("by", query.by, KEYS), room.settings.currency
    async with reading(room) as now:
        found = await find(Selection(now, query, by, currency, room.settings.timezone))
    groups = _in_order(found, currency) if by else []
    teller = Teller(currency, found)
    margin = found.terms.gross_margin
    answer = Costs(
        snapshot_at=now.at,
        definition_version=now.version,
        query=CostsEcho(by=by, first=query.first, last=query.last, filters=query.filters()),
        gross_margin=float(margin) if margin is not None else None,
        lag=lag_of(found),
        groups=tuple(
            CostGroup(key=dict(zip(by, key, strict=True)), numbers=teller.numbers(found.groups[key]))
            for key in groups
        ),
        total=teller.numbers(found.total),
    )
    if query.format is Format.CSV:
        return csv_response(as_csv(answer))
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


def _in_order(found: Found, currency: str) -> list[Group]:
    """Groups that cost most first, those without keys last."""

    def place(group: Group) -> tuple[list[bool], int, int, str]:
        sums = found.groups[group]
        spent = sums.media.get(currency, 0) + sums.sales.get(currency, 0)
        return [key is None for key in group], -spent, -sums.leads, str(group)

    return sorted(found.groups, key=place)
