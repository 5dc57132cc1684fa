"""The credits of a deal as the documentation shows them."""

from typing import Any

_SEARCH: dict[str, Any] = {
    "channel": "paid_search",
    "source": "google",
    "medium": "cpc",
    "campaign": "spring",
    "content": None,
    "outlet": None,
}
_EMAIL = {**_SEARCH, "channel": "email", "source": "newsletter", "medium": "email"}


def _given(deals: str, revenue: str) -> dict[str, Any]:
    return {"deals": deals, "revenue": {"amount": revenue, "currency": "EUR"}, "unconverted": []}


DEAL_CREDITS: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "deal_id": "5d7f1a36-52a4-5b0e-8f0e-1d2f3c4b5a69",
    "status": "won",
    "leads": [
        {
            "lead_id": "0f3cbbd0-7a1c-5a5e-9d7c-3f6f0a3c9b11",
            "role": "decision_maker",
            "share": {"amount": "1234.50", "currency": "EUR"},
        }
    ],
    "journey": {
        "outcome": "won",
        "ended_on": "2026-03-30",
        "touches": 2,
        "cut": False,
        "missing_milestones": [],
        "path": [{"place": 1, **_SEARCH}, {"place": 2, **_EMAIL}],
    },
    "credits": [
        {
            "key": _SEARCH,
            "attributed": True,
            "models": {
                "first_touch": _given("1.000000", "1234.50"),
                "linear": _given("0.500000", "617.25"),
            },
        },
        {
            "key": _EMAIL,
            "attributed": True,
            "models": {
                "first_touch": _given("0.000000", "0.00"),
                "linear": _given("0.500000", "617.25"),
            },
        },
    ],
    "total": {
        "models": {"first_touch": _given("1.000000", "1234.50"), "linear": _given("1.000000", "1234.50")}
    },
    "pending": {"credits": 0, "oldest_age_s": None},
}
