"""An example of the work list, for the documentation."""

from typing import Any

_LEAD = "1d32ee03-bd54-5003-ae86-3c7d4580b7ca"

EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "query": {"team": ["inside-sales"], "limit": 100},
    "leads": [
        {
            "rank": "MHwyMDI2LTA0LTAxVDA1OjE0OjA1",
            "lead_id": _LEAD,
            "owner": "owner/31",
            "team": "inside-sales",
            "channel": "paid_search",
            "stage": "mql",
            "band": "hot",
            "grade": "B1",
            "score": {"fit": 35.0, "intent": 38.0, "total": 73.0, "band": "hot"},
            "expected_value": {
                "value": {"amount": "1206.25", "currency": "EUR"},
                "probability": {
                    "value": 0.25,
                    "method": "band_rate",
                    "n": 840,
                    "interval": [0.221904, 0.280393],
                },
                "amount": {
                    "value": {"amount": "4825.00", "currency": "EUR"},
                    "method": "average_sale",
                    "n": 412,
                },
            },
            "intent_trend": {"change": 30.0, "direction": "rising"},
            "clock": {
                "band_since": "2026-04-01T05:14:05Z",
                "due_at": "2026-04-01T09:14:05Z",
                "left_s": 3599.88,
            },
            "reason": "Hot for 3 h: asked to see it, looked at prices; decides about budgets. "
            "3 people of acme.example were active, last 2 h ago. 59 min left to make contact.",
            "flags": [],
            "href": f"/v1/leads/{_LEAD}",
        }
    ],
    "next": None,
}
