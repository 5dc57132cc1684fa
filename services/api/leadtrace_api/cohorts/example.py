"""An example of what is said of cohorts, for the documentation."""

from typing import Any

_RATE: dict[str, Any] = {
    "value": 0.1183,
    "n": 8000,
    "at_risk": 5120,
    "method": "aalen_johansen",
    "interval": [0.1099, 0.127],
    "naive": 0.10525,
    "maturity": 0.93,
    "immature": False,
    "late": 0,
    "unwatched": 0,
}
_NUMBERS: dict[str, Any] = {
    "leads": 8000,
    "rate": _RATE,
    "time": {
        "p50_s": 1814400.0,
        "p75_s": 5443200.0,
        "p90_s": None,
        "p95_s": None,
        "n": 8000,
        "censored": 5120,
    },
    "curve": [
        {
            "age_s": 604800.0,
            "won": 0.0412,
            "interval": [0.037, 0.0457],
            "lost": 0.021,
            "at_risk": 7610,
            "converted": 330,
            "complete": True,
        }
    ],
}
EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-06-01T08:14:05.120000Z",
    "definition_version": 1,
    "query": {"each": "month", "step": "overall", "from": "2026-03-01", "to": "2026-03-31", "filters": {}},
    "groups": [{"key": {"month": "2026-03-01"}, "from": "2026-03-01", "to": "2026-03-31", **_NUMBERS}],
    "total": _NUMBERS,
}
