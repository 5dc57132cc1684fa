"""`GET /v1/attribution`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from leadtrace.domain.credits.grouping import ChannelOf
from leadtrace.runtime.attribution_terms import attribution_terms_by
from leadtrace_api.credits import queries
from leadtrace_api.credits.assembly import Assembler, data_driven_part
from leadtrace_api.credits.credit import Credits, credits_of
from leadtrace_api.credits.data_driven import Solved
from leadtrace_api.credits.example import EXAMPLE
from leadtrace_api.credits.finding import Finder, check_groups
from leadtrace_api.credits.passing import narrowed
from leadtrace_api.credits.returns import Returns, spent_by
from leadtrace_api.credits.schemas import Attribution, AttributionEcho, AttributionQuery, PendingCredits
from leadtrace_api.credits.selection import Selection, check_custom, check_open, selected
from leadtrace_api.credits.table import as_csv
from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import InRoom, Room
from leadtrace_api.spreadsheet import Format, csv_response

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
        today = now.at.astimezone(room.settings.zone).date()
        check_open(asked, today)
        terms = attribution_terms_by(now.schedule)
        check_custom(asked, defined=terms.custom is not None)
        asked = asked.held_against(terms.target_roas)
        returns = await _returns(now, asked, room, terms.channel_of)
        state = await queries.state(now)
        asked = await narrowed(now, asked, state, room.passing)
        finder = Finder(now, asked, state, today, room.remembered)
        answer = await _answer(finder, returns)
    if query.format is Format.CSV:
        return csv_response(as_csv(answer))
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


async def _returns(now: Reading, asked: Selection, room: Room, channel_of: ChannelOf) -> Returns:
    """No posting of spend says whose lead it brought: held against a part of the deals it would mislead."""
    told = [] if asked.lead_filters else await queries.spend_sums(now, asked)
    return Returns(room.settings.currency, asked.target_roas, spent_by(told, asked, channel_of))


async def _answer(finder: Finder, returns: Returns) -> Attribution:
    now, asked = finder.now, finder.asked
    per_deal = credits_of(await finder.credit_sums(), asked.per_deal)
    best, solved = await finder.best_paths(), await finder.solved()
    given = _in_order(asked, per_deal, solved)
    check_groups({key for found in given.values() for key in found})
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
        data_driven=data_driven_part(solved, await queries.open_journeys(now, asked))
        if asked.data_driven
        else None,
        top_paths=tuple(map(assembler.top_path, best)) if best is not None else None,
        pending=PendingCredits(credits=waiting.pending, oldest_age_s=waiting.oldest_age_s),
    )


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
        filters={name: list(keys) for name, keys in {**asked.filters, **asked.lead_filters}.items()},
        open=asked.open,
        target_roas=f"{asked.target_roas.normalize():f}" if asked.target_roas is not None else None,
    )
