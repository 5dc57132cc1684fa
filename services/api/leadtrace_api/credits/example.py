"""An answer as the documentation shows it."""

from typing import Any

_NO_SPEND: dict[str, Any] = {"spend": None, "spend_unconverted": [], "roas": None}


def _money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def _given(deals: str, revenue: str) -> dict[str, Any]:
    return {"deals": deals, "revenue": _money(revenue), "unconverted": []}


def _numbers(linear: tuple[str, str], markov: tuple[str, str], spend: str | None = None) -> dict[str, Any]:
    (fewest, least), (most, highest) = sorted((linear, markov), key=lambda one: float(one[0]))
    return {
        "models": {"linear": _given(*linear), "markov": _given(*markov)},
        "band": {
            "deals": {"lo": fewest, "hi": most},
            "revenue": {"lo": _money(least), "hi": _money(highest)},
        },
        "shapley_rate": None,
        **(_NO_SPEND if spend is None else _spend(spend, linear[1], markov[1])),
    }


def _spend(spend: str, *revenues: str) -> dict[str, Any]:
    by_model = zip(("linear", "markov"), revenues, strict=True)
    return {
        "spend": _money(spend),
        "spend_unconverted": [],
        "roas": {model: round(float(one) / float(spend), 6) for model, one in by_model},
    }


EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "query": {
        "model": ["linear", "markov"],
        "by": ["channel"],
        "from": "2026-01-01",
        "to": "2026-03-31",
        "basis": "cohort",
        "filters": {},
        "open": "left_out",
        "target_roas": "3",
    },
    "causal": False,
    "holdout": None,
    "currency": "EUR",
    "groups": [
        {
            "key": {"channel": "paid_search"},
            "attributed": True,
            "verdict": "model_dependent",
            **_numbers(("12.500000", "15400.00"), ("11.733333", "14784.00"), "5000.00"),
        },
        {
            "key": {"channel": "email"},
            "attributed": True,
            "verdict": None,
            **_numbers(("7.500000", "9600.00"), ("8.266667", "10216.00")),
        },
        {
            "key": {"channel": None},
            "attributed": False,
            "verdict": None,
            **_numbers(("1.000000", "1200.00"), ("1.000000", "1200.00")),
        },
    ],
    "total": _numbers(("21.000000", "26200.00"), ("21.000000", "26200.00"), "5000.00"),
    "data_driven": {
        "journeys_won": 20,
        "journeys_won_untouched": 1,
        "journeys_lost": 310,
        "journeys_open": 42,
        "open_counted_as_lost": None,
        "chains": [
            {
                "model": "markov",
                "order": 1,
                "arithmetic": "exact",
                "probability": 0.060606060606,
                "fallback": None,
                "removal_effects": [
                    {"key": "paid_search", "value": 0.733333333333},
                    {"key": "email", "value": 0.516666666667},
                ],
            }
        ],
        "games": [],
    },
    "top_paths": [
        {
            "path": ["paid_search", "email"],
            "won": 9,
            "lost": 41,
            "revenue": _money("11250.00"),
            "unconverted": [],
        }
    ],
    "pending": {"credits": 0, "oldest_age_s": None},
}
