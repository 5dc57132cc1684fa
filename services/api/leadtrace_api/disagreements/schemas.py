"""The parameters of `GET /v1/definitions/disagreements` and what it says of each disagreement."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from pydantic import Field

from leadtrace.events.lead import Stage
from leadtrace_api.knowledge.parameters import View
from leadtrace_api.parameters import DimensionFilters, Value
from leadtrace_api.schemas import Answer, Rate, Stamped, rate
from leadtrace_api.spreadsheet import Format

LONGEST_PAGE = 500


class Kind(StrEnum):
    """The two directions in which claim and verdict differ."""

    CLAIMED_UNVERIFIED = "claimed_unverified"
    VERIFIED_UNCLAIMED = "verified_unclaimed"


class DisagreementsQuery(DimensionFilters):
    """Parameters of `GET /v1/definitions/disagreements`."""

    stage: Stage | None = Field(default=None, description="Of this stage only; one that has clauses.")
    kind: Kind | None = Field(
        default=None,
        description="claimed_unverified: the CRM said it while a clause failed. verified_unclaimed: the "
        "clauses held, and the lead never reached the stage or a later one.",
    )
    first: date | None = Field(
        default=None, alias="from", description="Claimed or verified on this day or later."
    )
    last: date | None = Field(default=None, alias="to", description="On this day or earlier.")
    sender: Annotated[
        list[Value],
        Field(default_factory=list, description="Only claims that came from one of these event sources."),
    ]
    view: View = Field(
        default=View.RESTATED,
        description="restated: every verdict by the definitions in force now; frozen: by those that were in "
        "force when it was claimed, or when the clauses came to hold.",
    )
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE, description="Disagreements on a page.")] = 100
    cursor: Value | None = Field(default=None, description="Where the page before ended; from its `next`.")
    format: Format = Field(
        default=Format.JSON, description="csv: a line a disagreement; the header Link names the next page."
    )


class Counted(Answer):
    """A count by moments and by leads: one that came again is several entries and one lead."""

    entries: int
    leads: int


class StageTotals(Answer):
    """Claim and verdict of one stage, over everything that the filters let pass."""

    stage: str
    claims: Counted = Field(description="What the CRM said.")
    claims_verified: Rate = Field(description="Of the claims that were judged, those whose clauses held.")
    claims_unjudged: Counted = Field(description="Claims so old that their verdict is kept no longer.")
    claimed_unverified: Counted
    verified_unclaimed: Counted


class Who(Answer):
    """Who is to be asked."""

    name: str
    role: str = Field(
        description="actor: who made the change in the CRM. owner: who holds the lead now. sender: nobody is "
        "known, only which source told it."
    )


class FailedClause(Answer):
    """A clause that failed at that moment."""

    id: str
    words: str | None = Field(description="Null where the version that judged cannot be read any more.")


class EventSaid(Answer):
    """The event behind a claim, for `/v1/events/{id}/explain`."""

    source: str
    id: str


class Disagreement(Answer):
    """A moment at which claim and verdict said different things."""

    lead_id: UUID
    stage: str
    kind: Kind
    at: datetime = Field(
        description="When it was claimed; or when the clauses came to hold, be it by another version alone."
    )
    definition_version: int = Field(description="The version of the definitions that judged.")
    who: Who | None = Field(description="Null where nobody claimed anything and nobody holds the lead.")
    actor: str | None
    owner: str | None = Field(description="Who holds the lead now, like team.")
    team: str | None
    claimed_as: str | None = Field(description="The CRM's own word.")
    failed: tuple[FailedClause, ...]
    event: EventSaid | None
    href: str


class Disagreements(Stamped):
    """The answer of `GET /v1/definitions/disagreements`: newest first."""

    query: dict[str, object]
    totals: tuple[StageTotals, ...] | None = Field(description="Null on further pages.")
    disagreements: tuple[Disagreement, ...]
    next: str | None = Field(description="The link to the next page; null on the last.")


_LEAD = "1d32ee03-bd54-5003-ae86-3c7d4580b7ca"
EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "query": {"stage": "mql", "from": "2026-03-01", "limit": 100},
    "totals": [
        {
            "stage": "mql",
            "claims": {"entries": 104, "leads": 100},
            "claims_verified": msgspec.to_builtins(rate(52, 104, "wilson")),
            "claims_unjudged": {"entries": 0, "leads": 0},
            "claimed_unverified": {"entries": 52, "leads": 50},
            "verified_unclaimed": {"entries": 3, "leads": 3},
        }
    ],
    "disagreements": [
        {
            "lead_id": _LEAD,
            "stage": "mql",
            "kind": "claimed_unverified",
            "at": "2026-03-31T16:02:11.004000Z",
            "definition_version": 1,
            "who": {"name": "user/31", "role": "actor"},
            "actor": "user/31",
            "owner": "owner/31",
            "team": "inside-sales",
            "claimed_as": "marketingqualifiedlead",
            "failed": [{"id": "fits", "words": "fit is at least 20 points"}],
            "event": {"source": "hubspot", "id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
            "href": f"/v1/leads/{_LEAD}",
        }
    ],
    "next": None,
}
