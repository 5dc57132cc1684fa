"""`GET /v1/funnel`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from leadtrace_api.funnel.assembly import Assembler, Filters
from leadtrace_api.funnel.queries import (
    Slice,
    known_days,
    revenues,
    stage_counts,
    unlinked_deals,
)
from leadtrace_api.funnel.rates import Told, moment, rates
from leadtrace_api.funnel.schemas import EXAMPLE, Funnel, FunnelEcho, FunnelGroup, FunnelQuery
from leadtrace_api.funnel.step_ages import Entries, no_entries, step_ages
from leadtrace_api.funnel.sums import Sums, largest, sums_by_key, together
from leadtrace_api.funnel.table import as_csv
from leadtrace_api.knowledge.closing import check_closed
from leadtrace_api.parameters import check_range
from leadtrace_api.problems import ParameterError, nearest
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import DIMENSIONS, TOTAL
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import InRoom
from leadtrace_api.settings import ApiSettings
from leadtrace_api.spreadsheet import Format, csv_response

router = APIRouter()


@router.get(
    "/v1/funnel",
    summary="Stages, rates and revenue, in total or by one dimension",
    response_model=Funnel,
    responses={200: {"content": {"application/json": {"example": EXAMPLE}, "text/csv": {}}}},
)
async def funnel(room: InRoom, query: Annotated[FunnelQuery, Query()]) -> Response:
    """Groups plus total agree to the lead and to the cent; all of it was true at `snapshot_at`."""
    check_range(query.first, query.last, ("from", "to"))
    dimension = _dimension_of(query)
    _check_top(query)
    async with reading(room) as now:
        if query.as_of is not None:
            await check_closed(room, now, query.as_of)
        answer = await _answer(now, query, dimension, room.settings)
    if query.format is Format.CSV:
        return csv_response(as_csv(answer))
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


async def _answer(now: Reading, query: FunnelQuery, dimension: str, settings: ApiSettings) -> Funnel:
    bounded = query.first is not None and query.last is not None
    first, last = (None, None) if bounded else await known_days(now, query.basis, query.as_of)
    filters: Filters = query.filters()
    keys = tuple(filters.get(dimension, ()))
    asked = Slice(query.basis, dimension, query.first, query.last, keys, query.as_of)
    watched = asked.basis is Basis.COHORT and asked.known is None
    ages = await step_ages(now, asked) if watched else {}
    groups, total = sums_by_key(await stage_counts(now, asked), await revenues(now, asked), ages, asked)
    shown, others = largest(groups, query.top)
    rest = together(others)
    parts = [one.ages for one in (*shown.values(), rest, total)]
    told: Sequence[Told | None] = await _rates(now, parts, settings) if watched else [None] * len(parts)
    assembler = Assembler(asked, settings.currency)
    return Funnel(
        snapshot_at=now.at,
        definition_version=now.version,
        query=FunnelEcho(
            by=query.by,
            top=query.top,
            first=query.first or first,
            last=query.last or last,
            basis=query.basis,
            as_of=query.as_of,
            filters=filters,
        ),
        groups=_groups(assembler, shown, told) if query.by else (),
        other=assembler.other(rest, len(others), told[-2]) if others else None,
        total=assembler.numbers(total, filters, told[-1]),
        unlinked=assembler.unlinked(await unlinked_deals(now, asked)) if query.as_of is None else None,
    )


async def _rates(now: Reading, parts: Sequence[Entries], settings: ApiSettings) -> list[Told]:
    """The rates of each part at this moment, by how all leads that there are fared."""
    everybody = await step_ages(now, Slice(Basis.COHORT, TOTAL, first=None, last=None))
    return rates(parts, everybody.get((TOTAL, TOTAL), no_entries()), moment(now.at, settings.zone))


def _groups(
    assembler: Assembler, groups: dict[str | None, Sums], told: Sequence[Told | None]
) -> tuple[FunnelGroup, ...]:
    pairs = zip(groups.items(), told, strict=False)
    return tuple(assembler.group(key, sums, rates) for (key, sums), rates in pairs)


def _check_top(query: FunnelQuery) -> None:
    if query.top is not None and query.by is None:
        raise ParameterError(
            "top is given without by.",
            parameter="top",
            rule="It says how many groups are told apart.",
            remedy="Name a dimension with by, or leave top out.",
        )


def _dimension_of(query: FunnelQuery) -> str:
    """The one dimension that groups and filters share; that of the total if there is neither.

    Raises:
        ParameterError: it is unknown, or there are several.
    """
    asked = [query.by] if query.by is not None else []
    if query.by is not None and query.by not in DIMENSIONS:
        raise _unknown_dimension(query.by)
    dimensions = sorted({*asked, *query.filters()})
    if len(dimensions) > 1:
        raise ParameterError(
            f"The question combines {' and '.join(dimensions)}.",
            parameter=next(name for name in dimensions if name != query.by),
            rule="The funnel is kept by one dimension at a time: groups and filters share it.",
            remedy="Ask for one dimension, or list the leads with all filters at /v1/leads.",
        )
    return dimensions[0] if dimensions else TOTAL


def _unknown_dimension(name: str) -> ParameterError:
    several = "," in name
    known = f"It knows {', '.join(DIMENSIONS)}."
    return ParameterError(
        "by names several dimensions." if several else "by names no dimension that there is.",
        parameter="by",
        rule="Groups are by one dimension.",
        remedy=known if several else nearest(name, DIMENSIONS) or known,
    )
