"""What is said of the definitions and their versions."""

from typing import Any

from pydantic import Field

from leadtrace.domain.definitions.said import DefinitionsSaid
from leadtrace_api.schemas import Answer


class VersionRow(Answer):
    """A version of the definitions."""

    id: str
    version: int
    hash: str = Field(description="SHA-256 of everything that judges; owners and comments do not change it.")
    owner: str = Field(description="Who answers for whatever names no owner of its own.")
    live: bool = Field(description="Whether scores and verdicts are by it now.")
    href: str


class Versions(Answer):
    """The answer of `GET /v1/definitions`: oldest version first."""

    live: int = Field(description="The version in force.")
    versions: tuple[VersionRow, ...]


class OneVersion(Answer):
    """The answer of `GET /v1/definitions/{version}`."""

    live: bool = Field(description="Whether scores and verdicts are by it now.")
    definitions: DefinitionsSaid


_HASH = "33b4cd8aeca11cf4fbc44546587353be9c8c18a86f97401d54dc2f85dc81abb3"
VERSIONS: dict[str, Any] = {
    "live": 1,
    "versions": [
        {
            "id": "default",
            "version": 1,
            "hash": _HASH,
            "owner": "marketing and sales",
            "live": True,
            "href": "/v1/definitions/1",
        }
    ],
}
ONE_VERSION: dict[str, Any] = {
    "live": True,
    "definitions": {
        "id": "default",
        "version": 1,
        "hash": _HASH,
        "owner": "marketing and sales",
        "stages": [
            {
                "stage": "mql",
                "means": "Fits whom we sell to and shows interest; marketing hands it to sales.",
                "owner": "marketing",
                "clauses": [
                    {
                        "id": "fits",
                        "words": "fit is at least 20 points",
                        "test": "fit_at_least",
                        "value": 20.0,
                    }
                ],
            }
        ],
        "fit": [
            {
                "id": "budget",
                "property": "budget",
                "owner": "sales",
                "answers": [
                    {
                        "words": "budget is at least 10000",
                        "points": 10.0,
                        "because": "a budget of 10 000 or more is named",
                    },
                    {"words": "budget is something else", "points": 0.0, "because": ""},
                    {"words": "budget is not known", "points": 0.0, "because": ""},
                ],
            }
        ],
        "disqualifiers": [
            {
                "id": "competitor",
                "property": "company_domain",
                "owner": "marketing and sales",
                "words": "company_domain is one of competitor.example, rival.example",
                "because": "works for a competitor",
            }
        ],
        "intent": {
            "cap_per_day": 40.0,
            "groups": [{"id": "visits", "cap": 30.0}],
            "signals": [
                {
                    "id": "pricing_page",
                    "owner": "marketing",
                    "shown_by": "page begins with /pricing, /preise or /precos",
                    "words": "8 points, half as much after 10 days; never more than 16; "
                    "never more than 30 with others of visits",
                    "because": "looked at prices",
                    "points": 8.0,
                    "half_life_days": 10.0,
                    "cap": 16.0,
                    "group": "visits",
                    "once_only": False,
                }
            ],
        },
        "bands": [
            {
                "band": "warm",
                "owner": "marketing and sales",
                "words": "from 30 points on, until below 25 of fit plus intent",
                "enter_at": 30.0,
                "leave_below": 25.0,
            }
        ],
        "grades": [
            {
                "grade": "A",
                "owner": "marketing and sales",
                "words": "fit is at least 40 points",
                "points": 40.0,
            }
        ],
    },
}
