"""An answer as the documentation shows it."""

from typing import Any


def _money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def _cost(amount: str, n: int) -> dict[str, Any]:
    return {"value": _money(amount), "n": n, "reason": None}


def _worked(leads: int, amount: str) -> dict[str, Any]:
    return {"leads": leads, "cost": _money(amount)}


_CUSTOMERS: dict[str, Any] = {
    "customers": 42,
    "customer_months": 84.0,
    "revenue": _money("176841.00"),
    "unpriced": 0,
    "arpa": _cost("2105.25", 42),
    "churn": {"value": 0.035714, "n": 42, "churned": 3, "reason": None},
    "payback_months": {"value": 0.775515, "n": 42, "reason": None},
    "ltv": {**_cost("41262.90", 42), "method": "constant_churn"},
}
_STAGE_COSTS: dict[str, Any] = {
    "stages": [
        {
            "stage": "sql",
            "each": _money("120.00"),
            "all": _worked(160, "19200.00"),
            "won": _worked(24, "2880.00"),
            "lost": _worked(96, "11520.00"),
            "open": _worked(40, "4800.00"),
            "deleted": _worked(0, "0.00"),
        }
    ],
    "total": _money("19200.00"),
    "won": _money("2880.00"),
    "lost": _money("11520.00"),
    "open": _money("4800.00"),
    "unconverted": [],
    "reason": None,
}
_NUMBERS: dict[str, Any] = {
    "spend": {
        "media": _money("40000.00"),
        "sales": _money("8000.00"),
        "total": _money("48000.00"),
        "unconverted": [],
    },
    "period": {
        "orders": 40,
        "unlinked_orders": 0,
        "new_customers": 42,
        "cpo": {**_cost("1200.00", 40), "interval": [_money("890.61"), _money("1624.63")]},
        "cac": _cost("1142.86", 42),
        "stage_costs": _money("18000.00"),
        "cac_with_stage_costs": _cost("1571.43", 42),
        "average_order": _cost("4210.50", 40),
    },
    "cohort": {
        "leads": 800,
        "mql": 320,
        "sql": 160,
        "customers": 24,
        "revenue": _money("101052.00"),
        "unconverted": [],
        "cpl": _cost("60.00", 800),
        "cpmql": _cost("150.00", 320),
        "cpsql": _cost("300.00", 160),
        "cpo": {
            "value": _money("1000.00"),
            "n": 24,
            "expected": 24.0,
            "interval": [_money("710.28"), _money("1418.80")],
            "maturity": 0.62,
            "immature": True,
            "reason": None,
        },
        "roas": {"value": 2.5263, "n": 24, "reason": None},
        "revenue_to_expense": {"value": 2.10525, "n": 24, "reason": None},
        "romi": {"value": 0.473675, "n": 24, "reason": None},
    },
    "customers": _CUSTOMERS,
    "stage_costs": _STAGE_COSTS,
}
EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "query": {"by": ["channel"], "from": "2026-01-01", "to": "2026-03-31", "filters": {}},
    "gross_margin": 0.7,
    "lag": {
        "method": "aalen_johansen",
        "horizon_s": 31536000.0,
        "won": 842,
        "lost": 4100,
        "open": 3058,
        "orders_per_win": 0.952494,
    },
    "groups": [{"key": {"channel": "paid_search"}, "numbers": _NUMBERS}],
    "total": _NUMBERS,
}
