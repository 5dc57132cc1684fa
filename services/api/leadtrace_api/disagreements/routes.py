"""`GET /v1/definitions/disagreements`."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy import Row

from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.definitions.telling import clause_sentences
from leadtrace_api.disagreements import queries
from leadtrace_api.disagreements.answers import disagreement, stage_totals, table_rows
from leadtrace_api.disagreements.paging import cursor_of, cursor_text
from leadtrace_api.disagreements.schemas import EXAMPLE, Disagreements, DisagreementsQuery
from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.knowledge.parameters import View
from leadtrace_api.parameters import check_range, filter_items
from leadtrace_api.problems import ParameterError, UnavailableError
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom
from leadtrace_api.spreadsheet import Format, csv_response, csv_text

PATH = "/v1/definitions/disagreements"

router = APIRouter()


@router.get(
    PATH,
    summary="Where the CRM's word for a stage and the verdict of its clauses differ",
    response_model=Disagreements,
    responses=answered_as_table_too(
        Disagreements, EXAMPLE, lambda one: csv_text(table_rows(one.disagreements))
    ),
)
async def disagreements(room: InRoom, query: Annotated[DisagreementsQuery, Query()]) -> Response:
    """Who claimed what when, and which clauses failed; and whose clauses held though nobody noticed.

    Totals count everything that the filters let pass, `kind` aside; a stage without clauses has no verdict.
    With `view=frozen` the clauses are those of the version that was in force at that moment.
    """
    check_range(query.first, query.last, ("from", "to"))
    after = cursor_of(query.cursor) if query.cursor is not None else None
    zone = room.settings.timezone
    async with reading(room) as now:
        judging = _judging(now.schedule, query.view)
        judged = _judged_stages(judging, query)
        if not await queries.are_made(now):
            raise UnavailableError("Leads are judged for the first time; try again in some minutes.")
        totals = stage_totals(await queries.totals(now, query, zone), judged) if _is_first(query) else None
        rows = await queries.page(now, query, zone, after)
    shown, more = rows[: query.limit], len(rows) > query.limit
    sentences = {one.version: clause_sentences(one) for one in judging}
    answer = Disagreements(
        snapshot_at=now.at,
        definition_version=now.version,
        query={**_plain(query), **_repeated(query), "limit": query.limit},
        totals=totals,
        disagreements=tuple(disagreement(row, sentences) for row in shown),
        next=_next(query, shown[-1]) if more else None,
    )
    if query.format is Format.CSV:
        return csv_response(csv_text(table_rows(answer.disagreements)), next_page=answer.next)
    return Response(answer.model_dump_json(), media_type="application/json")


def _is_first(query: DisagreementsQuery) -> bool:
    """Whether totals are told: once, and where there is room for them."""
    return query.cursor is None and query.format is Format.JSON


def _judging(schedule: Schedule, view: View) -> list[Definitions]:
    """The versions whose verdicts are told."""
    earlier = [one.definitions for one in schedule.before] if view is View.FROZEN else []
    return [*earlier, schedule.current]


def _judged_stages(judging: Sequence[Definitions], query: DisagreementsQuery) -> list[str]:
    """The stages with clauses that are asked for.

    Raises:
        ParameterError: the stage has none.
    """
    judged = list(dict.fromkeys(row.stage.value for one in judging for row in one.qualification))
    if query.stage is None:
        return judged
    if query.stage not in judged:
        raise ParameterError(
            f"The definitions require nothing of {query.stage}, so there is no verdict on it.",
            parameter="stage",
            rule="Only a stage with clauses can be verified.",
            remedy=f"Ask for {' or '.join(judged)}." if judged else "Give it clauses in the definitions.",
        )
    return [query.stage.value]


def _next(query: DisagreementsQuery, last: Row[Any]) -> str:
    items = [
        *filter_items(query.filters()),
        *(("sender", one) for one in query.sender),
        *_plain(query).items(),
        ("cursor", cursor_text((last.at, last.lead_id, last.place))),
    ]
    return f"{PATH}?{urlencode(items)}"


def _repeated(query: DisagreementsQuery) -> dict[str, Any]:
    return {**query.filters(), **({"sender": query.sender} if query.sender else {})}


def _plain(query: DisagreementsQuery) -> dict[str, Any]:
    """What was asked for beside what may be repeated."""
    left_out = {"cursor", "sender", *query.filters()}
    return query.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=left_out)
