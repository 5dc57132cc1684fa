"""Answers as the documentation shows them."""

from typing import Any

import msgspec

from leadtrace_api.schemas import Ratio, rate

_STAMP = {"snapshot_at": "2026-04-01T06:00:00.000000Z", "definition_version": 1}


def _rate(part: int, n: int, method: Ratio = "wilson") -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(rate(part, n, method))
    return told


def _duration(half_s: float, n: int, censored: int) -> dict[str, Any]:
    return {"p50_s": half_s, "p75_s": 3 * half_s, "p90_s": None, "p95_s": None, "n": n, "censored": censored}


def _promise(part: tuple[int, int], half_s: float, overdue: int) -> dict[str, Any]:
    return {
        "kept": _rate(*part),
        "overdue": overdue,
        "at_risk": 1,
        "time": _duration(half_s, 24, 4),
        "business_time": _duration(half_s / 2, 24, 4),
    }


_AGES = (
    (0, 2, 2, "4200.00"),
    (3, 7, 1, "0.00"),
    (8, 14, 0, "0.00"),
    (15, 30, 0, "0.00"),
    (31, None, 0, "0.00"),
)
_NUMBERS: dict[str, Any] = {
    "offered": 28,
    "opened_by": {"claim": 20, "verdict": 8, "event": 0, "implied": 0},
    "open": 4,
    "accepted": 18,
    "rejected": 6,
    "superseded": 0,
    "gone": 0,
    "acceptance": _rate(18, 24),
    "rejections": [
        {"reason": "not_a_fit", "listed": True, "n": 4},
        {"reason": None, "listed": False, "n": 2},
    ],
    "returned": 1,
    "returns": [{"reason": "no_answer", "listed": True, "n": 1}],
    "accept": _promise((21, 24), 5400.0, 1),
    "contact": _promise((9, 15), 10800.0, 3),
    "deep_sixed": {
        "leads": 3,
        "ages": [
            {
                "days_from": first,
                "days_to": last,
                "leads": n,
                "at_risk": {"amount": value, "currency": "EUR"},
            }
            for first, last, n, value in _AGES
        ],
    },
    "debt": {
        "untouched": 3,
        "never_concluded": 2,
        "without_reason": 1,
        "reported": _rate(7, 10),
    },
    "win_rate": {
        "unreported": 3,
        "all_lost": _rate(2, 10, "plain_ratio"),
        "like_the_rest": _rate(2, 7, "plain_ratio"),
        "won": 2,
        "won_like_the_rest": 2.857143,
    },
    "cpo": {
        "spend": None,
        "unconverted": [],
        "orders": 2,
        "unreported": 3,
        "all_lost": {"value": None, "orders": 2.0, "reason": "spend_unknown"},
        "like_the_rest": {"value": None, "orders": 2.857143, "reason": "spend_unknown"},
    },
}
_SPENT: dict[str, Any] = {
    "spend": {"amount": "2400.00", "currency": "EUR"},
    "unconverted": [],
    "orders": 2,
    "unreported": 3,
    "all_lost": {"value": {"amount": "1200.00", "currency": "EUR"}, "orders": 2.0, "reason": None},
    "like_the_rest": {"value": {"amount": "840.00", "currency": "EUR"}, "orders": 2.857143, "reason": None},
}
HANDOVERS: dict[str, Any] = {
    **_STAMP,
    "query": {"by": ["team"], "from": "2026-03-01", "to": "2026-03-31", "filters": {}},
    "groups": [{"key": {"team": "sales"}, "numbers": _NUMBERS}],
    "total": {**_NUMBERS, "cpo": _SPENT},
    "deep_sixed": [
        {
            "lead_id": "0f50995d-efa2-5df6-8a16-42ff8f96086e",
            "team": "sales",
            "owner": "anna",
            "partner": None,
            "accepted_at": "2026-03-20T09:12:00.000000Z",
            "due_at": "2026-03-24T09:12:00.000000Z",
            "href": "/v1/leads/0f50995d-efa2-5df6-8a16-42ff8f96086e",
        }
    ],
}
QUEUE: dict[str, Any] = {
    **_STAMP,
    "at": "2026-04-01T06:00:00.000000Z",
    "clocks": [
        {
            "lead_id": "0f50995d-efa2-5df6-8a16-42ff8f96086e",
            "clock": "contact",
            "state": "overdue",
            "since": "2026-03-20T09:12:00.000000Z",
            "risk_at": "2026-03-23T13:12:00.000000Z",
            "due_at": "2026-03-24T09:12:00.000000Z",
            "team": "sales",
            "owner": "anna",
            "partner": None,
            "offered_at": "2026-03-20T08:00:00.000000Z",
            "stage": "sal",
            "open_value": {"amount": "4200.00", "currency": "EUR"},
            "href": "/v1/leads/0f50995d-efa2-5df6-8a16-42ff8f96086e",
        }
    ],
    "next": None,
}
