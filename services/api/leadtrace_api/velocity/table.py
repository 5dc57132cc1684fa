"""Velocity as CSV: a line for each stage of each group, then those of the total."""

from collections.abc import Iterator, Sequence

from leadtrace_api.schemas import Duration
from leadtrace_api.spreadsheet import cell, csv_text
from leadtrace_api.velocity.schemas import Conformance, StageVelocity, Velocity

_QUANTILES = ("p50_s", "p75_s", "p90_s", "p95_s")


def as_csv(velocity: Velocity) -> str:
    """The answer as RFC 4180 text; a missing key and a quantile that is not reached are empty cells."""
    return csv_text(_rows(velocity))


def _rows(velocity: Velocity) -> Iterator[Sequence[object]]:
    by = velocity.query.by
    yield [
        *("row", *by, "stage", "visits", "leads", "open", "gone", "censored"),
        *_QUANTILES,
        *(f"business_{name}" for name in _QUANTILES),
        *Conformance.model_fields,
        *("stalled_after_s", "stalled_leads"),
    ]
    for group in velocity.groups:
        for stage in group.stages:
            yield ["group", *(cell(key) for key in group.key.values()), *_stage(stage)]
    for stage in velocity.total.stages:
        yield ["total", *("" for _ in by), *_stage(stage)]


def _stage(row: StageVelocity) -> Iterator[object]:
    yield from (row.stage, row.visits, row.leads, row.open, row.gone, row.time.censored)
    yield from _quantiles(row.time)
    yield from _quantiles(row.business_time)
    yield from row.entries.model_dump().values()
    stalled = row.stalled
    yield from (stalled.after_s, stalled.leads) if stalled is not None else (None, None)


def _quantiles(one: Duration) -> Iterator[float | None]:
    yield from (one.p50_s, one.p75_s, one.p90_s, one.p95_s)
