"""`GET /v1/ledger/balances`."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import Row

from leadtrace.events.custody import Account
from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.knowledge.closing import check_closed
from leadtrace_api.ledger import example, queries
from leadtrace_api.ledger.schemas import (
    PARTIES,
    Balance,
    Balances,
    BalancesEcho,
    BalancesQuery,
    BalancesTotal,
)
from leadtrace_api.ledger.table import as_csv
from leadtrace_api.parameters import listed
from leadtrace_api.projector.contribution import OUTSIDE
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom
from leadtrace_api.spreadsheet import Format, csv_response
from leadtrace_api.tags import NOT_MODIFIED, has, not_modified, tag_of, tagged

PATH = "/v1/ledger/balances"
_ORDER = {account.value: place for place, account in enumerate(Account)}

router = APIRouter()


@router.get(
    PATH,
    summary="In whose hands the leads are",
    response_model=Balances,
    responses={
        **answered_as_table_too(Balances, example.BALANCES, as_csv),
        **NOT_MODIFIED,
    },
)
async def balances(request: Request, room: InRoom, query: Annotated[BalancesQuery, Query()]) -> Response:
    """Leads by account at a moment, as known now or at the close of a day; both sides of each move count."""
    by = listed("by", query.by, PARTIES)
    async with reading(room) as now:
        if query.as_of is not None:
            await check_closed(room, now, query.as_of)
        # Without a moment the answer is of now, which each time is another one.
        tag = tag_of(request, now) if query.at is not None else None
        if tag is not None and has(request, tag):
            return not_modified(tag)
        at = query.at or now.at
        rows = await queries.balances(now, at, query.as_of, by)
    inside = [row for row in rows if row.account != OUTSIDE]
    groups = [
        Balance(
            key={"account": row.account, **{name: getattr(row, name) for name in by}}, balance=row.balance
        )
        for row in inside
    ]
    held, outside = (sum(row.balance for row in some) for some in (inside, _outside(rows)))
    answer = Balances(
        snapshot_at=now.at,
        definition_version=now.version,
        query=BalancesEcho(at=at, as_of=query.as_of, by=tuple(by)),
        groups=tuple(sorted(groups, key=_place)),
        total=BalancesTotal(balance=held, captured=-outside, imbalance=held + outside),
    )
    if query.format is Format.CSV:
        return tagged(csv_response(as_csv(answer)), tag)
    return tagged(Response(answer.model_dump_json(), media_type="application/json"), tag)


def _outside(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    return [row for row in rows if row.account == OUTSIDE]


def _place(one: Balance) -> tuple[int, list[str]]:
    account, *party = one.key.values()
    return _ORDER[account or ""], [name or "" for name in party]
