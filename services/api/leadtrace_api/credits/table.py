"""Attribution as CSV: a line a group, what nobody touched in a line of its own, the total last."""

from collections.abc import Iterator

from leadtrace_api.credits.schemas import Attribution, AttributionNumbers
from leadtrace_api.spreadsheet import cell, csv_text

UNATTRIBUTED = "(unattributed)"


def as_csv(answer: Attribution) -> str:
    """The answer as RFC 4180 text: deals and revenue of each model, in the reporting currency."""
    return csv_text(_rows(answer))


def _rows(answer: Attribution) -> Iterator[list[object]]:
    by, total, currency = answer.query.by, answer.total, answer.currency
    given = [f"{model}_{measure}" for model in total.models for measure in ("deals", "revenue", "roas")]
    rate = ["shapley_rate"] if total.shapley_rate is not None else []
    yield ["row", *by, *given, "spend", *rate, "verdict", "currency"]
    for group in answer.groups:
        row = "group" if group.attributed else UNATTRIBUTED
        keys = (cell(one) for one in group.key.values())
        yield [row, *keys, *_cells(group, rate), group.verdict, currency]
    yield ["total", *("" for _ in by), *_cells(total, rate), None, currency]


def _cells(numbers: AttributionNumbers, rate: list[str]) -> Iterator[object]:
    for model, given in numbers.models.items():
        yield given.deals
        yield given.revenue.amount
        yield numbers.roas[model] if numbers.roas is not None else None
    yield numbers.spend.amount if numbers.spend is not None else None
    if rate:
        yield numbers.shapley_rate
