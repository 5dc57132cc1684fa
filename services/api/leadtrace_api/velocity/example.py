"""An example of what is said of velocity, for the documentation."""

from typing import Any

import msgspec

from leadtrace_api.schemas import rate
from leadtrace_api.velocity.answers import RULE

_LEAD = "1d32ee03-bd54-5003-ae86-3c7d4580b7ca"
_ENTRIES: dict[str, int] = {
    "forward": 610,
    "skipped": 84,
    "backward": 12,
    "beside": 6,
    "looping": 15,
    "bulk": 40,
    "backdated": 3,
    "same_second": 22,
    "mass": 40,
}
_NUMBERS: dict[str, Any] = {
    "leads": 697,
    "visits": 712,
    "stages": [
        {
            "stage": "mql",
            "visits": 712,
            "leads": 697,
            "open": 118,
            "gone": 2,
            "time": {
                "p50_s": 171000.0,
                "p75_s": 604800.0,
                "p90_s": 1728000.0,
                "p95_s": None,
                "n": 712,
                "censored": 120,
            },
            "business_time": {
                "p50_s": 43200.0,
                "p75_s": 144000.0,
                "p90_s": 403200.0,
                "p95_s": None,
                "n": 712,
                "censored": 120,
            },
            "entries": _ENTRIES,
            "stalled": {
                "n": 592,
                "after_s": 1036800.0,
                "leads": 31,
                "longest": [
                    {
                        "lead_id": _LEAD,
                        "since": "2026-01-08T09:30:00Z",
                        "href": f"/v1/leads/{_LEAD}",
                    }
                ],
            },
            "drill": "/v1/leads?channel=paid_search&captured_from=2026-01-01&captured_to=2026-03-31"
            "&stage=mql",
        }
    ],
    "entries": _ENTRIES,
    "rework": {
        "loops": 15,
        "loops_per_lead": 0.021521,
        "looped_leads": msgspec.to_builtins(rate(13, 697, "plain_ratio")),
    },
    "bottlenecks": {
        "rule": RULE,
        "least_n": 30,
        "ranked": [{"rank": 1, "stage": "mql", "held_s": 171000.0, "at_least": False, "n": 712}],
        "unranked": [],
    },
    "variants": {
        "top": [{"path": ["inquiry", "lead", "mql"], "leads": 402}],
        "other": {"ways": 31, "leads": 295},
    },
}
EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "query": {
        "by": ["channel"],
        "from": "2026-01-01",
        "to": "2026-03-31",
        "basis": "cohort",
        "filters": {},
    },
    "business_hours": "head_office: mon-fri 09:00-17:00 Europe/Berlin, public holidays of DE",
    "groups": [{"key": {"channel": "paid_search"}, **_NUMBERS}],
    "total": _NUMBERS,
}
