"""Costs as CSV: a line a group, the total last."""

from collections.abc import Iterator

from leadtrace_api.costs.schemas import CostNumbers, Costs
from leadtrace_api.schemas import Money
from leadtrace_api.spreadsheet import cell, csv_text

_COLUMNS = (
    "media",
    "sales",
    "spend",
    "orders",
    "unlinked_orders",
    "new_customers",
    "cpo",
    "cac",
    "average_order",
    "leads",
    "mql",
    "sql",
    "customers",
    "revenue",
    "cpl",
    "cpmql",
    "cpsql",
    "orders_of_cohort",
    "orders_expected",
    "cpo_lag_matched",
    "maturity",
    "immature",
    "roas",
    "revenue_to_expense",
    "romi",
    "customer_months",
    "arpa",
    "churned",
    "churn",
    "payback_months",
    "ltv",
    "stage_costs",
    "stage_costs_lost",
    "stage_costs_open",
    "stage_costs_of_period",
    "cac_with_stage_costs",
    "currency",
)


def as_csv(answer: Costs) -> str:
    """The answer as RFC 4180 text; what cannot be told and a missing key are empty cells."""
    return csv_text(_rows(answer))


def _rows(answer: Costs) -> Iterator[list[object]]:
    by = answer.query.by
    yield ["row", *by, *_COLUMNS]
    for group in answer.groups:
        yield ["group", *(cell(key) for key in group.key.values()), *_cells(group.numbers)]
    yield ["total", *("" for _ in by), *_cells(answer.total)]


def _cells(numbers: CostNumbers) -> list[object]:
    spend, period, cohort = numbers.spend, numbers.period, numbers.cohort
    return [
        spend.media.amount,
        spend.sales.amount,
        spend.total.amount,
        period.orders,
        period.unlinked_orders,
        period.new_customers,
        _amount(period.cpo.value),
        _amount(period.cac.value),
        _amount(period.average_order.value),
        cohort.leads,
        cohort.mql,
        cohort.sql,
        cohort.customers,
        cohort.revenue.amount,
        *(_amount(one.value) for one in (cohort.cpl, cohort.cpmql, cohort.cpsql)),
        cohort.cpo.n,
        cohort.cpo.expected,
        _amount(cohort.cpo.value),
        cohort.cpo.maturity,
        cohort.cpo.immature,
        cohort.roas.value,
        cohort.revenue_to_expense.value,
        *_worth(numbers),
        spend.total.currency,
    ]


def _worth(numbers: CostNumbers) -> list[object]:
    seen, stages, period = numbers.customers, numbers.stage_costs, numbers.period
    return [
        numbers.cohort.romi.value,
        seen.customer_months,
        _amount(seen.arpa.value),
        seen.churn.churned,
        seen.churn.value,
        seen.payback_months.value,
        _amount(seen.ltv.value),
        *(_amount(one) for one in (stages.total, stages.lost, stages.open, period.stage_costs)),
        _amount(period.cac_with_stage_costs.value),
    ]


def _amount(value: Money | None) -> str | None:
    return value.amount if value is not None else None
