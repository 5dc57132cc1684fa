"""`GET /v1/velocity`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.parameters import check_range, dimensions_of
from leadtrace_api.problems import ParameterError, UnavailableError
from leadtrace_api.projector.opening_hours import offices_of, opening_mark
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom
from leadtrace_api.spreadsheet import Format, csv_response
from leadtrace_api.velocity import queries
from leadtrace_api.velocity.answers import numbers
from leadtrace_api.velocity.example import EXAMPLE
from leadtrace_api.velocity.found import Found, find
from leadtrace_api.velocity.links import Links
from leadtrace_api.velocity.schemas import (
    Velocity,
    VelocityEcho,
    VelocityGroup,
    VelocityQuery,
)
from leadtrace_api.velocity.selection import Group, Selection
from leadtrace_api.velocity.table import as_csv

# Each has numbers for ten stages; more is no answer that anybody reads.
MOST_GROUPS = 500

router = APIRouter()


@router.get(
    "/v1/velocity",
    summary="How long leads stay at each stage, where they are held up, and which ways they take",
    response_model=Velocity,
    responses=answered_as_table_too(Velocity, EXAMPLE, as_csv),
)
async def velocity(room: InRoom, query: Annotated[VelocityQuery, Query()]) -> Response:
    """Groups plus total agree to the visit and to the lead; what lasts counts as long as it was watched."""
    check_range(query.first, query.last, ("from", "to"))
    dimensions = dimensions_of(query.by)
    zone = room.settings.zone
    async with reading(room) as now:
        if not await queries.are_made(now, opening_mark(zone)):
            raise UnavailableError(
                "The visits of leads are made for the first time; try again in some minutes."
            )
        offices = offices_of(now.schedule.current.handover, zone)
        found = await find(Selection(now, query, dimensions, room.settings.timezone, offices))
    groups = _in_order(found)
    _check_number(groups)
    filters = query.filters()
    answer = Velocity(
        snapshot_at=now.at,
        definition_version=now.version,
        query=VelocityEcho(
            by=dimensions, first=query.first, last=query.last, basis=query.basis, filters=filters
        ),
        business_hours=offices.label,
        groups=tuple(_group(query, dict(zip(dimensions, keys, strict=True)), one) for keys, one in groups),
        total=numbers(found.get(None), _links(query, filters)),
    )
    if query.format is Format.CSV:
        return csv_response(as_csv(answer))
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


def _group(query: VelocityQuery, key: dict[str, str | None], found: Found) -> VelocityGroup:
    narrowed = {**query.filters(), **{name: [one] for name, one in key.items()}}
    return VelocityGroup(key=key, **dict(numbers(found, _links(query, narrowed))))


def _links(query: VelocityQuery, filters: dict[str, list[str | None]]) -> Links:
    return Links(filters, query.basis, query.first, query.last)


def _in_order(found: dict[Group, Found]) -> list[tuple[tuple[str | None, ...], Found]]:
    """Groups with most leads first, those without keys last."""
    groups = [(keys, one) for keys, one in found.items() if keys is not None]
    return sorted(groups, key=lambda item: ([key is None for key in item[0]], -item[1].leads, str(item[0])))


def _check_number(groups: list[tuple[tuple[str | None, ...], Found]]) -> None:
    if len(groups) > MOST_GROUPS:
        raise ParameterError(
            f"by cuts what was asked for into {len(groups)} groups.",
            parameter="by",
            rule=f"An answer has at most {MOST_GROUPS} groups.",
            remedy="Ask by fewer dimensions, or narrow the question by filters or days.",
        )
