"""`GET /v1/metrics`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from leadtrace.domain.definitions.metric_model import MetricRow, catalogue_hash, metrics_of
from leadtrace_api.catalogue.schemas import EXAMPLE, MetricAnswer, Metrics, MetricsQuery
from leadtrace_api.catalogue.served import served_metrics
from leadtrace_api.catalogue.table import as_csv
from leadtrace_api.documented import answered_as_table_too
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom
from leadtrace_api.spreadsheet import Format, csv_response

router = APIRouter()


@router.get(
    "/v1/metrics",
    summary="Every metric that is served: what it counts, whose it is, what is decided by it",
    response_model=Metrics,
    responses=answered_as_table_too(Metrics, EXAMPLE, as_csv),
)
async def metrics(room: InRoom, query: Annotated[MetricsQuery, Query()]) -> Response:
    """The catalogue that marketing and sales own together, in its order, and where each number is told."""
    async with reading(room) as now:
        catalogue, served = room.shelf.metrics, served_metrics(now.schedule.current)
    answer = Metrics(
        version=catalogue.version,
        hash=catalogue_hash(catalogue),
        metrics=tuple(_said(row, served.get(name, ())) for name, row in metrics_of(catalogue).items()),
    )
    if query.format is Format.CSV:
        return csv_response(as_csv(answer))
    return Response(answer.model_dump_json(), media_type="application/json")


def _said(row: MetricRow, routes: tuple[str, ...]) -> MetricAnswer:
    return MetricAnswer(
        name=row.name,
        unit=row.unit,
        description=row.description,
        formula=row.formula,
        owner=row.owner,
        decision=row.decision,
        revenue_link=row.revenue_link,
        kind=row.kind,
        routes=routes,
    )
