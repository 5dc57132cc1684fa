"""Balances as a table: a line an account and party, the total last."""

from collections.abc import Iterator

from leadtrace_api.ledger.schemas import Balances
from leadtrace_api.spreadsheet import cell, csv_text


def as_csv(answer: Balances) -> str:
    """The answer as RFC 4180 text."""
    return csv_text(_rows(answer))


def _rows(answer: Balances) -> Iterator[list[object]]:
    by = answer.query.by
    yield ["account", *by, "balance"]
    for one in answer.groups:
        yield [*(cell(name) for name in one.key.values()), one.balance]
    yield ["total", *("" for _ in by), answer.total.balance]
