"""An answer as the documentation shows it."""

from typing import Any

BALANCES: dict[str, Any] = {
    "snapshot_at": "2026-04-01T06:00:00.000000Z",
    "definition_version": 1,
    "query": {"at": "2026-04-01T06:00:00.000000Z", "as_of": None, "by": ["team"]},
    "groups": [
        {"key": {"account": "marketing", "team": None}, "balance": 812},
        {"key": {"account": "in_transit", "team": "sales"}, "balance": 31},
        {"key": {"account": "sales", "team": "sales"}, "balance": 140},
        {"key": {"account": "won", "team": None}, "balance": 17},
    ],
    "total": {"balance": 1000, "captured": 1000, "imbalance": 0},
}
