"""The parameters of `GET /v1/priorities` and what it says of each lead."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from leadtrace.events.lead import Stage
from leadtrace_api.leads.schemas import ScoreNumbers
from leadtrace_api.parameters import DimensionFilters, Value
from leadtrace_api.schemas import Answer, Money, Stamped
from leadtrace_api.spreadsheet import Format

LONGEST_PAGE = 500


class Band(StrEnum):
    """The bands of the score."""

    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


class PrioritiesQuery(DimensionFilters):
    """Parameters of `GET /v1/priorities`."""

    band: Annotated[list[Band], Field(default_factory=list, description="Only leads in one of these bands.")]
    stage: Annotated[
        list[Stage], Field(default_factory=list, description="Only leads that stand at one of these stages.")
    ]
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE, description="Leads on a page.")] = 100
    cursor: Value | None = Field(default=None, description="Where the page before ended; from its `next`.")
    format: Format = Field(
        default=Format.JSON, description="csv: a line a lead; the header Link names the next page."
    )


class Probability(Answer):
    """P(won)."""

    value: float
    method: Literal["predicted", "band_rate"] = Field(
        description="predicted: by a trained model, of this lead. band_rate: as leads of its band converted, "
        "judged a week after their capture, within 180 days; see /v1/scoring/quality."
    )
    n: int | None = Field(description="Leads that the rate was observed of; null for a model.")
    interval: tuple[float, float] | None = Field(description="95 %; null for a model.")


class WorthOf(Answer):
    """What is won if it is won, in the reporting currency."""

    value: Money
    method: Literal["open_deals", "average_sale"] = Field(
        description="open_deals: its parts of its open deals. average_sale: won revenue per customer so far."
    )
    n: int | None = Field(description="Customers that the average is of; null for open deals.")


class ExpectedValue(Answer):
    """P(won) times the amount, to the minor unit."""

    value: Money
    probability: Probability
    amount: WorthOf


class IntentTrend(Answer):
    """Intent against seven days ago, by the points of the timeline; what faded since one is not in it."""

    change: float = Field(description="In points.")
    direction: str = Field(description="rising or falling by at least 5 points, else steady.")


class Clock(Answer):
    """When the lead must be contacted, by the definitions; calendar hours."""

    band_since: datetime
    due_at: datetime
    left_s: float = Field(description="Below 0 once it is overdue.")


class Priority(Answer):
    """A lead on the list."""

    rank: str = Field(description="Where it stands; given as `cursor` the list goes on behind it.")
    lead_id: UUID
    owner: str | None
    team: str | None
    channel: str | None
    stage: str | None
    band: str | None = Field(description="Null until a score arrived.")
    grade: str | None
    score: ScoreNumbers | None
    expected_value: ExpectedValue | None = Field(description="Null where chance or amount is not known.")
    intent_trend: IntentTrend | None = Field(
        description="Null without a score, or where its timeline does not reach back so far any more."
    )
    clock: Clock | None = Field(
        description="Null where none runs: the band has none, or sales has spoken with them (sql or later)."
    )
    reason: str
    flags: tuple[str, ...]
    href: str


class Priorities(Stamped):
    """The answer of `GET /v1/priorities`: what to do first comes first."""

    query: dict[str, object]
    leads: tuple[Priority, ...]
    next: str | None = Field(description="The link to the next page; null on the last.")
