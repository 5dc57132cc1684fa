"""The catalogue as a table: a line a metric."""

from collections.abc import Iterator

from leadtrace_api.catalogue.schemas import Metrics
from leadtrace_api.spreadsheet import cell, csv_text

_COLUMNS = ("name", "unit", "kind", "owner", "description", "formula", "decision", "revenue_link", "routes")


def as_csv(answer: Metrics) -> str:
    """The answer as RFC 4180 text."""
    return csv_text(_rows(answer))


def _rows(answer: Metrics) -> Iterator[list[str]]:
    yield list(_COLUMNS)
    for metric in answer.metrics:
        told = {**metric.model_dump(mode="json"), "routes": " ".join(metric.routes)}
        yield [cell(told[name]) for name in _COLUMNS]
