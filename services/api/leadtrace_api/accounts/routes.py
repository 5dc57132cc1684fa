"""`GET /v1/accounts` and `/v1/accounts/{name}`."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from leadtrace.domain.scoring.account import PreparedAccount
from leadtrace.domain.scoring.conditions import folded
from leadtrace_api.accounts import examples, queries
from leadtrace_api.accounts.answers import PATH, group, person, rule_of, standing_fields, table_rows
from leadtrace_api.accounts.members import points_of, prepared_account
from leadtrace_api.accounts.paging import cursor_of, cursor_text
from leadtrace_api.accounts.queries import Asked, Place
from leadtrace_api.accounts.schemas import AccountRow, Accounts, AccountsQuery, OneAccount
from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.problems import NotFoundError
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import InRoom
from leadtrace_api.spreadsheet import Format, csv_response, csv_text

router = APIRouter()


@router.get(
    PATH,
    summary="Companies of which several people are looking",
    response_model=Accounts,
    responses=answered_as_table_too(
        Accounts, examples.ACCOUNTS, lambda one: csv_text(table_rows(one.accounts))
    ),
)
async def accounts(room: InRoom, query: Annotated[AccountsQuery, Query()]) -> Response:
    """Accounts by what they add now to the score of each of their leads, the highest first."""
    async with reading(room) as now:
        after = cursor_of(query.cursor, now.at) if query.cursor is not None else None
        at = after.at if after is not None else now.at
        prepared = prepared_account(now)
        asked = Asked(at, round(query.min_points * 1000), after, query.limit + 1)
        rows, place = await _page(now, prepared, asked, room.settings.currency)
        answer = Accounts(
            snapshot_at=now.at,
            definition_version=now.version,
            at=at,
            query={"min_points": query.min_points, "limit": query.limit},
            rule=rule_of(now),
            accounts=rows,
            next=_next(query, place) if place is not None else None,
        )
    if query.format is Format.CSV:
        return csv_response(csv_text(table_rows(answer.accounts)), next_page=answer.next)
    return Response(answer.model_dump_json(), media_type="application/json")


async def _page(
    now: Reading, prepared: PreparedAccount | None, asked: Asked, currency: str
) -> tuple[tuple[AccountRow, ...], Place | None]:
    """The accounts of a page, and where it ended if another one follows."""
    if prepared is None:
        return (), None
    ranked = await queries.ranked(now, prepared, asked)
    shown = ranked[: asked.limit - 1]
    names = [row.account for row in shown]
    standing = await queries.standing(now, prepared, names, at=asked.at, currency=currency)
    found = await points_of(now, prepared, names, asked.at)
    rows = tuple(
        AccountRow(
            **standing_fields(standing[name], found[name], currency), leads=tuple(standing[name].leads)
        )
        for name in names
    )
    more = len(ranked) > len(shown)
    return rows, Place(asked.at, shown[-1].points, shown[-1].account) if more else None


@router.get(
    f"{PATH}/{{name:path}}",
    summary="A company, its people and what they add",
    response_model=OneAccount,
    responses={200: {"content": {"application/json": {"example": examples.ACCOUNT}}}},
)
async def account(
    room: InRoom, name: Annotated[str, Path(description="As `account` names it; case does not matter.")]
) -> Response:
    """Every active person with what it brings, and the leads of the account."""
    wanted = folded(name)
    async with reading(room) as now:
        prepared, rule = prepared_account(now), rule_of(now)
        if prepared is None or rule is None:
            raise _missing(
                name, "The definitions in force tell no accounts: `scorecard.account` is left out."
            )
        currency = room.settings.currency
        known = (
            {}
            if "\x00" in wanted
            else await queries.standing(now, prepared, [wanted], at=now.at, currency=currency)
        )
        if wanted not in known:
            raise _missing(name, f"{PATH} lists those of which somebody is active.")
        stands, found = known[wanted], (await points_of(now, prepared, [wanted]))[wanted]
        people = await queries.people(now, wanted)
    answer = OneAccount(
        snapshot_at=now.at,
        definition_version=now.version,
        **standing_fields(stands, found, currency),
        rule=rule,
        added=group(wanted, found, prepared, now.at, stands.active_people),
        leads=tuple(map(person, people)),
        leads_omitted=stands.people - len(people),
    )
    return Response(answer.model_dump_json(), media_type="application/json")


def _missing(name: str, remedy: str) -> NotFoundError:
    return NotFoundError(f"There is no account {name}.", parameter="name", remedy=remedy)


def _next(query: AccountsQuery, place: Place) -> str:
    given: dict[str, Any] = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor"})
    return f"{PATH}?{urlencode([*given.items(), ('cursor', cursor_text(place))])}"
