"""`GET /v1/priorities`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from leadtrace.domain.scoring.account import AccountPoints
from leadtrace_api.accounts.members import points_of, prepared_account
from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.parameters import filter_items
from leadtrace_api.priorities.answers import Told, priority, table_rows
from leadtrace_api.priorities.example import EXAMPLE
from leadtrace_api.priorities.paging import cursor_of
from leadtrace_api.priorities.queries import Asked, Listed, page
from leadtrace_api.priorities.schemas import Priorities, PrioritiesQuery
from leadtrace_api.priorities.segments import segments
from leadtrace_api.priorities.valuation import valuation
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import InRoom
from leadtrace_api.spreadsheet import Format, csv_response, csv_text

PATH = "/v1/priorities"

router = APIRouter()


@router.get(
    PATH,
    summary="The work list for sales: whom to call first, and why",
    response_model=Priorities,
    responses=answered_as_table_too(Priorities, EXAMPLE, lambda one: csv_text(table_rows(one.leads))),
)
async def priorities(room: InRoom, query: Annotated[PrioritiesQuery, Query()]) -> Response:
    """Open leads: hot first, in a band whose clock is due first, then by what they are expected to bring."""
    currency = room.settings.currency
    async with reading(room) as now:
        hours = now.schedule.current.priorities.contact_within_hours
        given = cursor_of(query.cursor, segments(hours)) if query.cursor is not None else None
        after = given[0] if given is not None else None
        valued = given[1] if given is not None else await valuation(now, currency)
        asked = Asked(query.filters(), [stage.value for stage in query.stage], currency, valued)
        listed = segments(hours, [band.value for band in query.band])
        found = await page(now, asked, listed, after, query.limit + 1)
        shown, more = found[: query.limit], len(found) > query.limit
        told = Told(now.at, valued, currency, await _accounts(now, shown))
    leads = tuple(priority(one, told) for one in shown)
    answer = Priorities(
        snapshot_at=now.at,
        definition_version=now.version,
        query={**_repeated(query), "limit": query.limit},
        leads=leads,
        next=_next(query, leads[-1].rank) if more else None,
    )
    if query.format is Format.CSV:
        return csv_response(csv_text(table_rows(leads)), next_page=answer.next)
    return Response(answer.model_dump_json(), media_type="application/json")


async def _accounts(now: Reading, shown: Sequence[Listed]) -> Mapping[str, AccountPoints]:
    prepared = prepared_account(now)
    names = {one.row.account for one in shown if one.row.account is not None}
    return await points_of(now, prepared, names) if prepared is not None else {}


def _repeated(query: PrioritiesQuery) -> dict[str, Any]:
    more = {"band": [one.value for one in query.band], "stage": [one.value for one in query.stage]}
    return {**query.filters(), **{name: values for name, values in more.items() if values}}


def _next(query: PrioritiesQuery, cursor: str) -> str:
    items = [
        *filter_items(query.filters()),
        *(("band", one.value) for one in query.band),
        *(("stage", one.value) for one in query.stage),
        *query.model_dump(mode="json", exclude_defaults=True, include={"limit", "format"}).items(),
        ("cursor", cursor),
    ]
    return f"{PATH}?{urlencode(items)}"
