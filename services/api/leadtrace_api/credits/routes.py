"""`GET /v1/attribution`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from leadtrace.domain.credits.model import Model
from leadtrace.runtime.attribution_terms import attribution_terms_by
from leadtrace_api.credits import queries
from leadtrace_api.credits.assembly import Assembler, data_driven_part
from leadtrace_api.credits.credit import Credits, credits_of
from leadtrace_api.credits.data_driven import Solved, Won, solve
from leadtrace_api.credits.example import EXAMPLE
from leadtrace_api.credits.journeys import Journeys, journeys
from leadtrace_api.credits.returns import Returns, spent_by
from leadtrace_api.credits.schemas import Attribution, AttributionEcho, AttributionQuery, PendingCredits
from leadtrace_api.credits.selection import Selection, check_custom, selected
from leadtrace_api.credits.table import as_csv
from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.problems import ParameterError
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import InRoom
from leadtrace_api.spreadsheet import Format, csv_response

MOST_GROUPS = 1_000
MOST_PATHS = 10

router = APIRouter()


@router.get(
    "/v1/attribution",
    summary="What brought the sale: won deals by channel, by several models side by side",
    response_model=Attribution,
    responses=answered_as_table_too(Attribution, EXAMPLE, as_csv),
)
async def attribution(room: InRoom, query: Annotated[AttributionQuery, Query()]) -> Response:
    """Groups plus total agree to the cent and to the millionth of a deal; nothing of it is causal."""
    asked = selected(query)
    async with reading(room) as now:
        terms = attribution_terms_by(now.schedule)
        check_custom(asked, defined=terms.custom is not None)
        asked = asked.held_against(terms.target_roas)
        spent = spent_by(await queries.spend_sums(now, asked), asked, terms.channel_of)
        returns = Returns(room.settings.currency, asked.target_roas, spent)
        answer = await _answer(now, asked, returns)
    if query.format is Format.CSV:
        return csv_response(as_csv(answer))
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


async def _answer(now: Reading, asked: Selection, returns: Returns) -> Attribution:
    per_deal = credits_of(await queries.credit_sums(now, asked, asked.per_deal), asked.per_deal)
    read = await journeys(now, asked)
    best = await queries.best_paths(now, asked, MOST_PATHS) if asked.has_paths else None
    solved = await _solved(now, asked, read)
    given = _in_order(asked, per_deal, solved)
    keys = len({key for found in given.values() for key in found})
    if keys > MOST_GROUPS:
        raise ParameterError(
            f"There are {keys} groups.",
            parameter="by",
            rule=f"An answer has at most {MOST_GROUPS}.",
            remedy="Filter, or group by less.",
        )
    assembler = Assembler(asked, returns.currency, given, solved.rates, returns)
    groups, waiting = assembler.groups(), await queries.pending(now)
    return Attribution(
        snapshot_at=now.at,
        definition_version=now.version,
        query=_echo(asked),
        causal=False,
        holdout=None,
        currency=returns.currency,
        groups=tuple(groups),
        total=assembler.total(),
        data_driven=data_driven_part(solved, read, await queries.open_journeys(now))
        if asked.data_driven
        else None,
        top_paths=tuple(map(assembler.top_path, best)) if best is not None else None,
        pending=PendingCredits(credits=waiting.pending, oldest_age_s=waiting.oldest_age_s),
    )


async def _solved(now: Reading, asked: Selection, read: Journeys) -> Solved:
    """What is divided is what the deals brought, whichever rows are shown: any model tells it alike."""
    if not asked.data_driven:
        return Solved()
    won = Won.of(await queries.credit_sums(now, asked.without_filters(), (Model.LINEAR,)))
    return await solve(asked.data_driven, read, won)


def _in_order(asked: Selection, per_deal: Credits, solved: Solved) -> Credits:
    found = {**per_deal, **solved.credits}
    return {model: found[model] for model in asked.models if model in found}


def _echo(asked: Selection) -> AttributionEcho:
    return AttributionEcho(
        model=tuple(one.value for one in asked.models),
        by=asked.by,
        first=asked.first,
        last=asked.last,
        basis=asked.basis,
        filters={name: list(keys) for name, keys in asked.filters.items()},
        target_roas=f"{asked.target_roas:f}" if asked.target_roas is not None else None,
    )
