"""An example of every answer about accounts, for the documentation."""

from typing import Any

_LEAD = "1d32ee03-bd54-5003-ae86-3c7d4580b7ca"
_OTHER = "4f0f0a6e-0f6b-5b9f-9a1e-2f4a8a4c9d10"
_STAMP: dict[str, Any] = {"snapshot_at": "2026-04-01T08:14:05.120000Z", "definition_version": 1}
RULE: dict[str, Any] = {
    "property": "company_domain",
    "owner": "marketing",
    "words": "4 points for each active lead of the same company_domain, half as much after 14 days "
    "and none after 56 days; from 2 of them on; never more than 16; added when read",
    "because": "several people of one company are looking",
    "people_at_least": 2,
    "points_per_person": 4.0,
    "half_life_days": 14.0,
    "cap": 16.0,
}
_STANDING: dict[str, Any] = {
    "account": "acme.example",
    "people": 3,
    "active_people": 2,
    "points": 6.0,
    "band": "hot",
    "open_value": {"amount": "48250.00", "currency": "EUR"},
    "href": "/v1/accounts/acme.example",
}
GROUP: dict[str, Any] = {
    "name": "acme.example",
    "people": 2,
    "millipoints": 6000,
    "parts": [
        {
            "lead_id": _LEAD,
            "touched_at": "2026-04-01T08:14:05.120000Z",
            "millipoints": 4000,
            "because": "last active 0 min ago",
        },
        {
            "lead_id": _OTHER,
            "touched_at": "2026-03-18T08:14:05.120000Z",
            "millipoints": 2000,
            "because": "last active 14 days ago",
        },
    ],
    "over_cap": 0,
    "untold": 0,
    "because": "several people of one company are looking",
}
ACCOUNTS: dict[str, Any] = {
    **_STAMP,
    "at": "2026-04-01T08:14:05.120000Z",
    "query": {"min_points": 0.0, "limit": 50},
    "rule": RULE,
    "accounts": [{**_STANDING, "leads": [_LEAD, _OTHER]}],
    "next": None,
}
ACCOUNT: dict[str, Any] = {
    **_STAMP,
    **_STANDING,
    "rule": RULE,
    "added": GROUP,
    "leads": [
        {
            "lead_id": _LEAD,
            "status": "open",
            "stage": "opportunity",
            "owner": "owner/31",
            "team": "inside-sales",
            "score": {"fit": 35.0, "intent": 38.0, "total": 73.0, "band": "hot"},
            "touched_at": "2026-04-01T08:14:05.120000Z",
            "href": f"/v1/leads/{_LEAD}",
        }
    ],
    "leads_omitted": 2,
}
