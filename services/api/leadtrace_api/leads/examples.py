"""An example of every answer about leads, for the documentation."""

from typing import Any

_LEAD = "1d32ee03-bd54-5003-ae86-3c7d4580b7ca"
_DEAL = "7719898b-39df-5613-b489-54c0f6ae3bba"
_STAMP: dict[str, Any] = {"snapshot_at": "2026-04-01T08:14:05.120000Z", "definition_version": 1}
_DIMENSIONS: dict[str, Any] = {
    "channel": "paid_search",
    "source": "google",
    "medium": "cpc",
    "campaign": "spring-onboarding",
    "content": "headline-b",
    "outlet": None,
    "form": None,
    "partner": None,
    "owner": "owner/31",
    "team": "inside-sales",
    "segment": "mid_market",
    "industry": "software",
    "region": "emea",
}
_SCORE: dict[str, Any] = {"fit": 35.0, "intent": 17.5, "total": 52.5, "band": "warm"}
_ENTRY: dict[str, Any] = {
    "stage": "customer",
    "at": "2026-04-01T08:14:05.120000Z",
    "kind": "skipped",
    "claimed": "closedwon",
    "actor": "user/31",
}
_HANDS: dict[str, Any] = {
    "account": "won",
    "team": None,
    "owner": None,
    "partner": None,
    "since": "2026-04-01T08:14:05.120000Z",
}
_OWN_DEAL: dict[str, Any] = {
    "deal_id": _DEAL,
    "status": "won",
    "share": {"amount": "24125.00", "currency": "EUR"},
    "amount": {"amount": "48250.00", "currency": "EUR"},
    "closed_at": "2026-04-01T08:14:05.120000Z",
    "money": [
        {
            "kind": "win",
            "at": "2026-04-01T08:14:05.120000Z",
            "amount": {"amount": "24125.00", "currency": "EUR"},
            "counted": {"amount": "24125.00", "currency": "EUR"},
        }
    ],
    "reason": None,
    "flags": [],
}

LEADS: dict[str, Any] = {
    **_STAMP,
    "query": {"channel": ["paid_search"], "reached": "customer", "limit": 100},
    "leads": [
        {
            "lead_id": _LEAD,
            "status": "won",
            "captured_at": "2026-03-02T08:14:05.120000Z",
            "stage": "customer",
            "dimensions": _DIMENSIONS,
            "score": _SCORE,
            "account": "acme.example",
            "won_at": "2026-04-01T08:14:05.120000Z",
            "lost_at": None,
            "revenue": [{"amount": "24125.00", "currency": "EUR"}],
            "flags": [],
            "href": f"/v1/leads/{_LEAD}",
            "personal": None,
        }
    ],
    "next": None,
}
LEAD: dict[str, Any] = {
    **_STAMP,
    "as_of": None,
    "lead_id": _LEAD,
    "status": "won",
    "captured_at": "2026-03-02T08:14:05.120000Z",
    "dimensions": _DIMENSIONS,
    "stage": "customer",
    "stage_since": "2026-04-01T08:14:05.120000Z",
    "entries": {"lead": 1, "customer": 1},
    "first_reached": {"lead": "2026-03-02T08:14:05.120000Z", "customer": "2026-04-01T08:14:05.120000Z"},
    "transitions": [_ENTRY],
    "transitions_omitted": 0,
    "touches": 1,
    "score": {
        **_SCORE,
        "at": "2026-03-03T08:14:05.120000Z",
        "grade": "B2",
        "fit_reasons": [{"rule": "industry_logistics", "points": 35.0, "because": "industry is logistics"}],
        "intent_reasons": [{"rule": "demo_request", "points": 17.5, "because": "asked for a demo"}],
        "qualifications": [
            {"stage": "mql", "at": "2026-03-02T10:14:06.120000Z", "holds": True, "failed": []}
        ],
    },
    "account": "acme.example",
    "won_at": "2026-04-01T08:14:05.120000Z",
    "lost_at": None,
    "revenue": [{"amount": "24125.00", "currency": "EUR"}],
    "deals": [_OWN_DEAL],
    "hands": _HANDS,
    "offers": [
        {
            "at": "2026-03-02T10:14:06.120000Z",
            "opened_by": "verdict",
            "terms_version": 1,
            "route": "everybody_else",
            "team": "inside-sales",
            "owner": "owner/31",
            "partner": None,
            "answer": "accepted",
            "answered_at": "2026-03-02T13:02:00.000000Z",
            "answered_by": "owner/31",
            "reason": None,
            "accept_due_at": "2026-03-03T10:14:06.120000Z",
            "contacted_at": "2026-03-03T09:00:00.000000Z",
            "contact_due_at": "2026-03-04T13:02:00.000000Z",
            "outcome_due_at": "2026-05-31T13:02:00.000000Z",
            "ended_as": "won",
            "ended_at": "2026-04-01T08:14:05.120000Z",
            "end_reason": None,
        }
    ],
    "offers_omitted": 0,
    "flags": [],
    "trace": f"/v1/leads/{_LEAD}/trace",
    "personal": {
        "masked": False,
        "erased_at": None,
        "email": "ada@example.com",
        "phone": None,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "other": {"job_title": "Head of Engines"},
    },
}
TRACE: dict[str, Any] = {
    **_STAMP,
    "as_of": "2026-04-01T00:00:00Z",
    "lead_id": _LEAD,
    "entries": [
        {
            "kind": "event",
            "at": "2026-03-02T08:14:05.120000Z",
            "dwell_s": None,
            "type": "io.leadtrace.lead.captured.v1",
            "source": "hubspot",
            "id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "subject": "contact/51",
            "recorded_at": "2026-03-02T08:14:06.010000Z",
            "raw_id": "0198e6d4-7c00-7000-8000-000000000001",
            "item": 0,
            "mapping": "hubspot-1",
            "data": {"personal": {"masked": True}},
        },
        {
            "kind": "score",
            "at": "2026-03-02T08:14:05.120000Z",
            "dwell_s": None,
            "score": {"fit": 35.0, "intent": 0.0, "total": 35.0, "band": "cold"},
            "definition_version": 1,
        },
        {"kind": "stage", "at": "2026-04-01T08:14:05.120000Z", "dwell_s": None, "stage": _ENTRY},
        {"kind": "deal", "at": "2026-04-01T08:14:05.120000Z", "dwell_s": None, "deal": _OWN_DEAL},
        {
            "kind": "hands",
            "at": "2026-04-01T08:14:05.120000Z",
            "dwell_s": None,
            "source": "leadtrace/attribution",
            "id": _DEAL,
            "hands": _HANDS,
        },
    ],
    "lapsed_before": None,
    "truncated": False,
}
