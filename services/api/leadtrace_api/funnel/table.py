"""The funnel as CSV: a line a group, the other groups, the total, the deals of nobody if they are told."""

from collections.abc import Iterator

from leadtrace_api.funnel.schemas import Funnel, FunnelNumbers
from leadtrace_api.spreadsheet import cell, csv_text

_OF_RATE = ("", "_low", "_high", "_naive", "_immature")
_MONEY = ("recurring_revenue", "average_sale", "revenue_per_customer")


def as_csv(funnel: Funnel) -> str:
    """The answer as RFC 4180 text; a missing key is an empty cell, what looks like a formula is quoted."""
    return csv_text(_rows(funnel))


def _rows(funnel: Funnel) -> Iterator[list[object]]:
    by = funnel.query.by
    yield ["row", *([by] if by else []), *_header(funnel.total)]
    for group in funnel.groups:
        yield ["group", *(cell(key) for key in group.key.values()), *_numbers(group)]
    if funnel.other is not None:
        yield ["other", *([""] if by else []), *_numbers(funnel.other)]
    yield ["total", *([""] if by else []), *_numbers(funnel.total)]
    if funnel.unlinked is not None:
        earned = funnel.unlinked.revenue
        blanks = [""] * (len(_header(funnel.total)) - 2 + (1 if by else 0))
        yield ["unlinked", *blanks, earned.amount, earned.currency]


def _header(numbers: FunnelNumbers) -> list[str]:
    measures = [
        f"{row.stage}_{measure}"
        for row in numbers.stages
        for measure in ("entered", "reached", "current")
        if measure != "reached" or row.reached is not None
    ]
    steps = [f"{step.from_stage}_to_{step.to_stage}" for step in numbers.steps]
    rates = [f"{name}{part}" for name in (*steps, "overall") for part in _OF_RATE]
    return [*measures, *rates, *_MONEY, "revenue", "currency"]


def _numbers(numbers: FunnelNumbers) -> Iterator[object]:
    for row in numbers.stages:
        yield row.entered
        if row.reached is not None:
            yield row.reached
        yield row.current
    for rate in (*(step.rate for step in numbers.steps), numbers.overall):
        low, high = rate.interval if rate.interval is not None else (None, None)
        yield from (rate.value, low, high, rate.naive, rate.immature)
    yield numbers.recurring_revenue.amount
    for each in (numbers.average_sale, numbers.revenue_per_customer):
        yield each.amount if each is not None else None
    yield numbers.revenue.amount
    yield numbers.revenue.currency
