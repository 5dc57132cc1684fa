"""`GET /v1/funnel`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.funnel.assembly import Assembler, Filters
from leadtrace_api.funnel.entries import Entries
from leadtrace_api.funnel.facts import Question
from leadtrace_api.funnel.found import Groups, found
from leadtrace_api.funnel.moment import moment
from leadtrace_api.funnel.queries import Slice, known_days, unlinked_deals
from leadtrace_api.funnel.rates import Told, rates
from leadtrace_api.funnel.schemas import EXAMPLE, MOST_GROUPS, Funnel, FunnelEcho, FunnelGroup, FunnelQuery
from leadtrace_api.funnel.step_ages import everybody
from leadtrace_api.funnel.sums import largest, together
from leadtrace_api.funnel.table import as_csv
from leadtrace_api.knowledge.closing import check_closed
from leadtrace_api.parameters import check_range, dimensions_of
from leadtrace_api.problems import ParameterError
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import PAIRS, TOTAL, pair_of
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import InRoom, Room
from leadtrace_api.spreadsheet import Format, csv_response
from leadtrace_api.tags import NOT_MODIFIED, has, not_modified, tag_of, tagged
from leadtrace_api.ticker.standing import where_the_ticker_stands
from leadtrace_api.written import as_json

router = APIRouter()


@router.get(
    "/v1/funnel",
    summary="Stages, rates and revenue, in total or by dimensions",
    response_model=Funnel,
    responses={**answered_as_table_too(Funnel, EXAMPLE, as_csv), **NOT_MODIFIED},
)
async def funnel(request: Request, room: InRoom, query: Annotated[FunnelQuery, Query()]) -> Response:
    """Groups plus total agree to the lead and to the cent; all of it was true at `snapshot_at`."""
    check_range(query.first, query.last, ("from", "to"))
    by = dimensions_of(query.by)
    dimensions = tuple(dict.fromkeys([*by, *query.filters()]))
    if len(dimensions) > 1 and pair_of(set(dimensions)) is None:
        _check_cohort(query, dimensions)
    _check_top(query)
    async with reading(room) as now:
        if query.as_of is not None:
            await check_closed(room, now, query.as_of)
        # Of cohorts, those who are open grow older; what happened and what was known do not.
        tag = tag_of(request, now, moment(now.at, room.settings.zone) if _ages(query) else None)
        if has(request, tag):
            return not_modified(tag)
        # Under one tag all numbers are the same: a board that many look at is reckoned once.
        ticker = await where_the_ticker_stands(now) if query.as_of is None else None
        written = await room.answers.get((tag, ticker), lambda: _written(now, query, by, room, ticker))
    if isinstance(written, str):
        return tagged(csv_response(written), tag)
    return tagged(Response(written, media_type="application/json"), tag)


async def _written(
    now: Reading, query: FunnelQuery, by: tuple[str, ...], room: Room, ticker: str | None
) -> str | bytes:
    answer = await _answer(now, query, by, room, ticker)
    if len(answer.groups) > MOST_GROUPS:
        raise _too_many(len(answer.groups))
    return as_csv(answer) if query.format is Format.CSV else as_json(answer)


def _ages(query: FunnelQuery) -> bool:
    """Whether numbers of the answer change as time passes, without anything that happens."""
    return query.basis is Basis.COHORT and query.as_of is None


async def _answer(
    now: Reading, query: FunnelQuery, by: tuple[str, ...], room: Room, ticker: str | None
) -> Funnel:
    bounded = query.first is not None and query.last is not None
    first, last = (None, None) if bounded else await known_days(now, query.basis, query.as_of)
    filters: Filters = query.filters()
    asked = _slice(query, by, filters)
    sums = await found(now, asked, Question(by, filters, query.first, query.last), room)
    shown, others = largest(sums.groups, query.top)
    rest = [together(others)] if others else []
    parts = [one.ages for one in (*shown.values(), *rest, sums.total)]
    told: Sequence[Told | None] = await _rates(now, parts, room) if sums.watched else [None] * len(parts)
    assembler = Assembler(asked, filters, room.settings.currency)
    return Funnel(
        snapshot_at=now.at,
        definition_version=now.version,
        query=FunnelEcho(
            by=by,
            top=query.top,
            first=query.first or first,
            last=query.last or last,
            basis=query.basis,
            as_of=query.as_of,
            filters=filters,
        ),
        source=sums.source,
        groups=_groups(assembler, by, shown, told) if by else (),
        other=assembler.other(rest[0], len(others), told[-2]) if rest else None,
        total=assembler.total(sums.total, told[-1]),
        unlinked=assembler.unlinked(await unlinked_deals(now, asked)) if query.as_of is None else None,
        ticker=ticker,
    )


def _slice(query: FunnelQuery, by: tuple[str, ...], filters: Filters) -> Slice:
    """The question as rollups could answer it, if it is about one dimension at most."""
    dimension = next(iter([*by, *filters]), TOTAL)
    keys = tuple(filters.get(dimension, ()))
    return Slice(query.basis, dimension, query.first, query.last, keys, query.as_of)


async def _rates(now: Reading, parts: Sequence[Entries], room: Room) -> list[Told]:
    """The rates of each part at this moment, by how all leads that there are fared."""
    return rates(parts, await everybody(now, room), moment(now.at, room.settings.zone))


def _groups(
    assembler: Assembler, by: tuple[str, ...], groups: Groups, told: Sequence[Told | None]
) -> tuple[FunnelGroup, ...]:
    return tuple(
        assembler.group(dict(zip(by, key, strict=True)), sums, rates)
        for (key, sums), rates in zip(groups.items(), told, strict=False)
    )


def _check_top(query: FunnelQuery) -> None:
    if query.top is not None and query.by is None:
        raise ParameterError(
            "top is given without by.",
            parameter="top",
            rule="It says how many groups are told apart.",
            remedy="Name a dimension with by, or leave top out.",
        )


def _check_cohort(query: FunnelQuery, dimensions: tuple[str, ...]) -> None:
    """Refuse what is kept by one dimension at a time only.

    Raises:
        ParameterError: naming the parameter that asks for it.
    """
    kept = " or ".join(" and ".join(pair) for pair in PAIRS)
    rule = (
        f"By several dimensions that are not {kept}, leads are counted: of a cohort, as they are known now."
    )
    together = " and ".join(dimensions)
    if query.basis is not Basis.COHORT:
        raise ParameterError(
            f"What happened in the days is not kept by {together}.",
            parameter="basis",
            rule=rule,
            remedy="Ask with basis=cohort, or by one dimension.",
        )
    if query.as_of is not None:
        raise ParameterError(
            f"What was known is not kept by {together}.",
            parameter="as_of",
            rule=rule,
            remedy="Leave as_of out, or ask by one dimension.",
        )


def _too_many(groups: int) -> ParameterError:
    return ParameterError(
        f"by cuts what was asked for into {groups} groups.",
        parameter="by",
        rule=f"An answer has at most {MOST_GROUPS} groups.",
        remedy="Ask for the largest with top, by fewer dimensions, or narrow the question by filters.",
    )
