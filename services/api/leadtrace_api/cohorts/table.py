"""Cohorts as CSV: a line for each age of each cohort, then those of all together."""

from collections.abc import Iterator, Sequence

from leadtrace_api.cohorts.schemas import CohortNumbers, Cohorts
from leadtrace_api.spreadsheet import csv_text

_HEADER = ("leads", "age_s", "won", "won_low", "won_high", "lost", "at_risk", "converted", "complete")


def as_csv(cohorts: Cohorts) -> str:
    """The answer as RFC 4180 text; an interval that is undefined is two empty cells."""
    return csv_text(_rows(cohorts))


def _rows(cohorts: Cohorts) -> Iterator[Sequence[object]]:
    yield ["row", cohorts.query.each.value, *_HEADER]
    for group in cohorts.groups:
        yield from _points("group", next(iter(group.key.values())), group)
    yield from _points("total", "", cohorts.total)


def _points(row: str, key: str, numbers: CohortNumbers) -> Iterator[Sequence[object]]:
    for point in numbers.curve:
        low, high = point.interval if point.interval is not None else (None, None)
        counts = (point.at_risk, point.converted, point.complete)
        yield [row, key, numbers.leads, point.age_s, point.won, low, high, point.lost, *counts]
