"""`GET /v1/cohorts`."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from leadtrace.events.lead import LADDER
from leadtrace_api.cohorts.answers import Teller
from leadtrace_api.cohorts.example import EXAMPLE
from leadtrace_api.cohorts.schemas import (
    OVERALL,
    Cohort,
    CohortNumbers,
    Cohorts,
    CohortsEcho,
    CohortsQuery,
    Period,
)
from leadtrace_api.cohorts.table import as_csv
from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.funnel.entries import Entries, no_entries
from leadtrace_api.funnel.moment import moment
from leadtrace_api.funnel.queries import Slice
from leadtrace_api.funnel.step_ages import everybody, passing, step_ages_by
from leadtrace_api.parameters import check_range
from leadtrace_api.problems import ParameterError, nearest
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import TOTAL
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import InRoom, Room
from leadtrace_api.spreadsheet import Format, csv_response
from leadtrace_api.tags import NOT_MODIFIED, has, not_modified, tag_of, tagged

# In the order in which their ages are kept.
STEPS = (*(f"{low.value}_to_{high.value}" for low, high in pairwise(LADDER)), OVERALL)

router = APIRouter()


@router.get(
    "/v1/cohorts",
    summary="What share of the leads of each week or month converts by which age",
    response_model=Cohorts,
    responses={**answered_as_table_too(Cohorts, EXAMPLE, as_csv), **NOT_MODIFIED},
)
async def cohorts(request: Request, room: InRoom, query: Annotated[CohortsQuery, Query()]) -> Response:
    """The curve of each cohort by Aalen-Johansen, as far as it was watched, and all of them together."""
    check_range(query.first, query.last, ("from", "to"))
    step = _step_of(query.step)
    dimension = _dimension_of(query)
    async with reading(room) as now:
        tag = tag_of(request, now, moment(now.at, room.settings.zone))
        if has(request, tag):
            return not_modified(tag)
        answer = await _answer(now, query, step, dimension, room)
    if query.format is Format.CSV:
        return tagged(csv_response(as_csv(answer)), tag)
    return tagged(Response(answer.model_dump_json(by_alias=True), media_type="application/json"), tag)


async def _answer(now: Reading, query: CohortsQuery, step: int, dimension: str, room: Room) -> Cohorts:
    filters = query.filters()
    asked = Slice(Basis.COHORT, dimension, query.first, query.last)
    periods = await step_ages_by(now, asked, lambda day: _start_of(query.each, day))
    keys = filters.get(dimension, [])
    found = {start: passing(parts, keys) for start, parts in sorted(periods.items())}
    told = Teller(step, moment(now.at, room.settings.zone)).numbers(
        [*found.values(), no_entries().plus(found.values())], await everybody(now, room)
    )
    return Cohorts(
        snapshot_at=now.at,
        definition_version=now.version,
        query=CohortsEcho(
            each=query.each, step=query.step, first=query.first, last=query.last, filters=filters
        ),
        groups=_groups(query, found, told),
        total=told[-1],
    )


def _groups(
    query: CohortsQuery, found: Mapping[date, Entries], told: list[CohortNumbers]
) -> tuple[Cohort, ...]:
    """The cohorts with anybody in the step, oldest first."""
    return tuple(
        Cohort(
            key={query.each.value: start.isoformat()},
            first=max(start, query.first or start),
            last=min(_end_of(query.each, start), query.last or date.max),
            **dict(numbers),
        )
        for start, numbers in zip(found, told, strict=False)
        if numbers.leads
    )


def _start_of(each: Period, day: date) -> date:
    return day.replace(day=1) if each is Period.MONTH else day - timedelta(days=day.weekday())


def _end_of(each: Period, start: date) -> date:
    if each is Period.MONTH:
        return start.replace(day=monthrange(start.year, start.month)[1])
    return start + min(timedelta(days=6), date.max - start)


def _step_of(name: str) -> int:
    if name not in STEPS:
        raise ParameterError(
            "step names no step that there is.",
            parameter="step",
            rule="A step is from a rung of the ladder to the next one, or overall.",
            remedy=nearest(name, STEPS) or f"It knows {', '.join(STEPS)}.",
        )
    return STEPS.index(name)


def _dimension_of(query: CohortsQuery) -> str:
    """The one dimension that is filtered; that of the total without any.

    Raises:
        ParameterError: there are several.
    """
    dimensions = sorted(query.filters())
    if len(dimensions) > 1:
        raise ParameterError(
            f"The question combines {' and '.join(dimensions)}.",
            parameter=dimensions[1],
            rule="Cohorts are kept by one dimension at a time.",
            remedy="Filter by one dimension, by several of its keys if you like.",
        )
    return dimensions[0] if dimensions else TOTAL
