"""Handovers as CSV: a line a group, the total last."""

from collections.abc import Sequence

from leadtrace_api.handovers.schemas import Handover, Handovers
from leadtrace_api.schemas import Money
from leadtrace_api.spreadsheet import cell, csv_text

_COUNTS = ("offered", "open", "accepted", "rejected", "superseded", "gone", "returned")
_COLUMNS = (
    *_COUNTS,
    "acceptance",
    "accept_kept",
    "accept_p50_s",
    "accept_p90_s",
    "accept_overdue",
    "contact_kept",
    "contact_p50_s",
    "contact_p90_s",
    "contact_overdue",
    "deep_sixed",
    "never_concluded",
    "without_reason",
    "win_rate_all_lost",
    "win_rate_like_the_rest",
    "spend",
    "orders",
    "cpo_all_lost",
    "cpo_like_the_rest",
    "currency",
)


def as_csv(answer: Handovers, currency: str) -> str:
    """The groups and the total with the same numbers as in JSON."""
    by = answer.query.by
    rows: list[Sequence[object]] = [[*by, *_COLUMNS]]
    rows += [
        [*(cell(key) for key in one.key.values()), *_cells(one.numbers, currency)] for one in answer.groups
    ]
    rows.append(
        [*("total" if not place else "" for place, _ in enumerate(by)), *_cells(answer.total, currency)]
    )
    return csv_text(rows)


def _cells(one: Handover, currency: str) -> list[object]:
    return [
        *(getattr(one, name) for name in _COUNTS),
        one.acceptance.value,
        one.accept.kept.value,
        one.accept.time.p50_s,
        one.accept.time.p90_s,
        one.accept.overdue,
        one.contact.kept.value,
        one.contact.time.p50_s,
        one.contact.time.p90_s,
        one.contact.overdue,
        one.deep_sixed.leads,
        one.debt.never_concluded,
        one.debt.without_reason,
        one.win_rate.all_lost.value,
        one.win_rate.like_the_rest.value,
        _amount(one.cpo.spend),
        one.cpo.orders,
        _amount(one.cpo.all_lost.value),
        _amount(one.cpo.like_the_rest.value),
        currency,
    ]


def _amount(value: Money | None) -> str | None:
    return value.amount if value is not None else None
