"""What is said of the definitions and their versions."""

from datetime import datetime
from typing import Any

from pydantic import Field

from leadtrace.domain.definitions.said import DefinitionsSaid
from leadtrace.events.definition import Team
from leadtrace_api.schemas import Answer


class ApprovalSaid(Answer):
    """A person said yes for a team, to exactly this hash."""

    team: Team
    approved_by: str
    note: str | None
    approved_at: datetime


class Period(Answer):
    """When a version judged."""

    since: datetime | None = Field(description="Null: since ever, as the version that was shipped.")
    until: datetime | None = Field(description="Null: it still does.")


class Standing(Answer):
    """How a version stands with those who own it, and when it was in force."""

    live: bool = Field(description="Whether scores and verdicts are by it now.")
    in_shadow: bool = Field(description="Whether it is folded beside the live one, to be compared with it.")
    registered_at: datetime | None = Field(description="Null: it is shipped, and nobody has named it yet.")
    approvals: tuple[ApprovalSaid, ...] = Field(description="It takes over only with a yes of both teams.")
    in_force: tuple[Period, ...] = Field(description="Several where it was gone back to.")


class VersionRow(Standing):
    """A version of the definitions."""

    id: str
    version: int
    hash: str = Field(description="SHA-256 of all that judges: not of owners, priorities and comments.")
    owner: str | None = Field(
        description="Who answers for whatever names no owner of its own; null where this release cannot read "
        "what an earlier one registered."
    )
    href: str


class Versions(Answer):
    """The answer of `GET /v1/definitions`: oldest version first."""

    live: int = Field(description="The version in force.")
    versions: tuple[VersionRow, ...]


class OneVersion(Standing):
    """The answer of `GET /v1/definitions/{version}`."""

    definitions: DefinitionsSaid


_HASH = "23c1cd5ebe7f767863749115358f662c149fcec6e251d801de8118c5e1d3ffec"
_OTHER_HASH = "5f0c8c1a7d9e4b36a1f2d3c4b5a69788796a5b4c3d2e1f00112233445566778a"
_APPROVALS: list[dict[str, Any]] = [
    {
        "team": "marketing",
        "approved_by": "Anna Schmidt",
        "note": None,
        "approved_at": "2026-03-12T09:14:05.120000Z",
    },
    {
        "team": "sales",
        "approved_by": "Jonas Weber",
        "note": "as agreed on 12 March",
        "approved_at": "2026-03-13T15:02:41.733000Z",
    },
]
VERSIONS: dict[str, Any] = {
    "live": 1,
    "versions": [
        {
            "live": True,
            "in_shadow": False,
            "registered_at": "2026-03-12T09:14:05.120000Z",
            "approvals": [],
            "in_force": [{"since": None, "until": None}],
            "id": "default",
            "version": 1,
            "hash": _HASH,
            "owner": "marketing and sales",
            "href": "/v1/definitions/1",
        },
        {
            "live": False,
            "in_shadow": True,
            "registered_at": "2026-03-12T09:14:05.120000Z",
            "approvals": _APPROVALS,
            "in_force": [],
            "id": "default",
            "version": 2,
            "hash": _OTHER_HASH,
            "owner": "marketing and sales",
            "href": "/v1/definitions/2",
        },
    ],
}
ONE_VERSION: dict[str, Any] = {
    "live": True,
    "in_shadow": False,
    "registered_at": None,
    "approvals": [],
    "in_force": [{"since": None, "until": None}],
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
        "account": {
            "property": "company_domain",
            "owner": "marketing",
            "words": "4 points for each active lead of the same company_domain, half as much after 14 days "
            "and none after 56 days; from 2 of them on; never more than 16; added when read",
            "because": "several people of one company are looking",
            "people_at_least": 2,
            "points_per_person": 4.0,
            "half_life_days": 14.0,
            "cap": 16.0,
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
        "clocks": [
            {
                "band": "hot",
                "owner": "sales",
                "words": "contacted within 4 hours of entering the band",
                "hours": 4.0,
            }
        ],
        "handover": {
            "owner": "marketing and sales",
            "words": "offered once the CRM says mql or everything that mql requires holds; "
            "a clock is at risk once 75% of its time has passed",
            "at": "mql",
            "opened_by": ["claim", "verdict"],
            "at_risk_share": 0.75,
            "calendars": [
                {
                    "id": "head_office",
                    "words": "Monday to Friday 09:00 to 17:00 in Europe/Berlin; closed on the public "
                    "holidays of DE; closed on 2026-12-24",
                    "timezone": "Europe/Berlin",
                    "country": "DE",
                    "subdivision": None,
                    "days": ["mon", "tue", "wed", "thu", "fri"],
                    "opens": "09:00",
                    "closes": "17:00",
                    "closed": ["2026-12-24"],
                }
            ],
            "teams": [
                {
                    "id": "sales",
                    "owner": "sales",
                    "words": "accepts or rejects within 8 open hours, contacts within 16 open hours by "
                    "head_office; tells the outcome within 90 days of acceptance",
                    "partner": False,
                    "calendar": "head_office",
                    "accept_within_hours": 8.0,
                    "contact_within_hours": 16.0,
                    "outcome_within_days": 90.0,
                }
            ],
            "routing": [{"id": "all_others", "words": "whoever is left", "to": ["sales"]}],
            "rejection_reasons": [{"id": "not_a_fit", "means": "Not a company that we sell to."}],
            "return_reasons": [{"id": "no_need", "means": "Spoke with us and has no need."}],
        },
        "attribution": {
            "owner": "marketing and sales",
            "words": [
                "a touch takes part if it lies at most 90 days before the win",
                "of touches of one channel in a row one counts",
                "time decay gives half as much for each 30 days before the win",
                "a channel is kept from 3 of revenue for each 1 of spend on",
            ],
            "lookback_days": 90,
            "transform": "unique",
            "drop_direct": False,
            "direct_channels": ["direct_traffic", "direct"],
            "half_life_days": 30.0,
            "custom": {
                "words": "40% to first touch, 40% to opportunity created; 20% shared by all other touches",
                "first_touch": 0.4,
                "lead_created": 0.0,
                "opportunity_created": 0.4,
                "closed": 0.0,
                "others": 0.2,
            },
            "roles": [{"role": "decision_maker", "weight": 3}],
            "target_roas": 3.0,
            "channels": [{"channel": "paid_search", "words": "medium is one of cpc, ppc"}],
            "otherwise": "keep",
        },
        "costs": {
            "owner": "marketing and sales",
            "words": "70% of revenue is gross margin",
            "gross_margin": 0.7,
            "per_stage": [
                {
                    "stage": "sql",
                    "words": "each lead that enters sql costs sales 120.00 EUR",
                    "amount": "120.00",
                    "currency": "EUR",
                }
            ],
        },
    },
}
