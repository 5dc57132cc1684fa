"""The parameters of `GET /v1/attribution`, and what it says."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from leadtrace.domain.credits.verdict import Verdict
from leadtrace_api.credits.models import LEAD_DIMENSIONS, LEVELS, MODELS, USUAL, OpenJourneys
from leadtrace_api.parameters import OriginFilters, Value
from leadtrace_api.projector.contribution import AskedBasis, Basis
from leadtrace_api.schemas import Answer, Money, Stamped
from leadtrace_api.spreadsheet import Format

_HIGHEST_TARGET = 1_000
_TARGET_DIGITS = 4


LeadKeys = Annotated[
    list[Value],
    Field(
        default_factory=list,
        description="Only deals whose lead has one of these; of several leads the one with most of it, of "
        "equal ones the one captured first. Empty: deals whose lead has none, and those without a lead.",
    ),
]


class AttributionQuery(OriginFilters):
    """Parameters of `GET /v1/attribution`."""

    model: Value | None = Field(
        default=None,
        description=f"What divides won deals, several between commas: {', '.join(MODELS)}. "
        f"Else {', '.join(USUAL)}.",
        examples=["linear,markov"],
    )
    first: date | None = Field(
        default=None, alias="from", description="First day; else since ever.", examples=["2026-01-01"]
    )
    last: date | None = Field(
        default=None, alias="to", description="Last day; else without end.", examples=["2026-03-31"]
    )
    by: Value | None = Field(
        default=None,
        description=f"What to group by, several between commas: {', '.join(LEVELS)}. Else channel. "
        "Models over all journeys take one.",
        examples=["channel"],
    )
    basis: AskedBasis = Field(
        default=Basis.COHORT,
        description="cohort: deals won in the range, with all that was booked for them until now. activity: "
        "what was booked in it, refunds of older wins among it; not for models over all journeys.",
    )
    target_roas: (
        Annotated[Decimal, Field(gt=0, le=_HIGHEST_TARGET, decimal_places=_TARGET_DIGITS, max_digits=8)]
        | None
    ) = Field(
        default=None,
        description="Revenue for each 1 of media spend, from which on a channel is kept; else that of the "
        "definitions, if they have one.",
        examples=["3"],
    )
    form: LeadKeys
    partner: LeadKeys
    owner: LeadKeys
    team: LeadKeys
    segment: LeadKeys
    industry: LeadKeys
    region: LeadKeys
    open: OpenJourneys = Field(
        default=OpenJourneys.LEFT_OUT,
        description="What models over all journeys make of open ones. left_out: nothing. weighted: each "
        "counts as its chance not to be won any more, by its age; the range must reach today.",
    )
    format: Format = Field(default=Format.JSON, description="csv: a line a group, the total last.")

    def filters(self) -> dict[str, list[str | None]]:
        """What is filtered of touches, with the keys that pass; None is a touch without one."""
        return self.given(LEVELS)

    def lead_filters(self) -> dict[str, list[str | None]]:
        """What is filtered of leads; None is a lead without one, and a deal without a lead."""
        return self.given(LEAD_DIMENSIONS)


class AttributionEcho(Answer):
    """The question as it was understood."""

    model: tuple[str, ...]
    by: tuple[str, ...]
    first: date | None = Field(validation_alias="from", serialization_alias="from")
    last: date | None = Field(validation_alias="to", serialization_alias="to")
    basis: Basis
    filters: dict[str, list[str | None]]
    open: OpenJourneys
    target_roas: str | None = Field(description="The target that the verdict is held against.")


class Given(Answer):
    """What one model gives."""

    deals: str = Field(description="Won deals, exact to the millionth.", examples=["12.500000"])
    revenue: Money = Field(description="What these brought, after refunds, in the reporting currency.")
    unconverted: tuple[Money, ...] = Field(
        description="The same in other currencies, of which there is no rate: in no other number."
    )


class MoneyBand(Answer):
    """From the least that a model gives to the most."""

    lo: Money
    hi: Money


class DealsBand(Answer):
    """From the least that a model gives to the most."""

    lo: str
    hi: str


class Band(Answer):
    """How far the models that were asked for lie apart."""

    deals: DealsBand
    revenue: MoneyBand


class AttributionNumbers(Answer):
    """What one group, or all of them, is given."""

    models: dict[str, Given] = Field(description="By model, in the order asked for; without shapley_rate.")
    band: Band | None = Field(description="Null where no model gives credit.")
    spend: Money | None = Field(
        description="Media spend on the days of the range, in the reporting currency; null where nothing was "
        "posted, and with a filter of leads, which no posting names. Of what nobody touched there is none."
    )
    spend_unconverted: tuple[Money, ...]
    roas: dict[str, float | None] | None = Field(
        description="By model, revenue divided by media spend, to 6 decimals. Null without spend, and where "
        "money stands in another currency."
    )
    shapley_rate: float | None = Field(
        description="The Shapley value of the game of rates, to 12 decimals, as it is: it may be below 0 and "
        "is no share of anything. Null unless asked for, and for what nobody touched."
    )


class AttributionGroup(AttributionNumbers):
    """Touches that share a key; a null key is of touches without one."""

    key: dict[str, str | None]
    attributed: bool = Field(description="False: deals without any touch, the row `(unattributed)`.")
    verdict: Verdict | None = Field(
        description="robust_keep: by every model that was asked for the return reaches the target. "
        "robust_cut: by none. model_dependent: by some, so that models cannot decide. Null without spend, "
        "target, or a second model, and where money stands in another currency."
    )


class RemovalEffect(Answer):
    """Which share of the conversions of a chain would be missing without a key, to 12 decimals."""

    key: str | None
    value: float


class ChainPart(Answer):
    """A Markov chain that was solved."""

    model: str
    order: int
    arithmetic: str = Field(description="exact: in fractions. float: in doubles, rounded to 12 digits.")
    probability: float = Field(description="Of a journey with a touch, to be won.")
    fallback: str | None = Field(
        description="What stands in for removal effects that sum to 0: no journey with a touch was won."
    )
    removal_effects: tuple[RemovalEffect, ...]


class GamePart(Answer):
    """A game whose Shapley values were computed."""

    model: str
    value: Literal["conversions", "rate"] = Field(description="What a set of keys is worth.")
    is_linear_over_unique_keys: bool = Field(
        description="Whether it comes to the same as sharing each deal equally among the keys of its path."
    )


class DataDrivenPart(Answer):
    """What the models over all journeys were computed from, and what they found."""

    journeys_won: int = Field(description="Won deals with at least one touch.")
    journeys_won_untouched: int = Field(description="Won deals without a touch: in no model.")
    journeys_lost: int = Field(description="Deals, and leads without one, lost in the range.")
    journeys_open: int = Field(description="Not ended today, whatever the range.")
    open_counted_as_lost: str | None = Field(
        description="How many lost journeys with a touch the open ones count as by open=weighted, to the "
        "millionth; null where they are left out of every model."
    )
    chains: tuple[ChainPart, ...]
    games: tuple[GamePart, ...]


class TopPath(Answer):
    """One path with what became of those who took it."""

    path: tuple[str | None, ...] = Field(description="Keys, the oldest touch first; empty: no touch at all.")
    won: int
    lost: int
    revenue: Money
    unconverted: tuple[Money, ...]


class PendingCredits(Answer):
    """What is on its way."""

    credits: int = Field(description="Deals and leads whose credits wait to be made.")
    oldest_age_s: float | None


class Attribution(Stamped):
    """The answer of `GET /v1/attribution`: groups by what the first model gives, the most first."""

    query: AttributionEcho
    causal: Literal[False] = Field(
        description="Always: models divide what was recorded. They do not say what would have been sold "
        "without a channel; only a hold-out does."
    )
    holdout: None = Field(description="No hold-out experiment is known, so that nothing is called causal.")
    currency: str = Field(description="The reporting currency.")
    groups: tuple[AttributionGroup, ...]
    total: AttributionNumbers = Field(description="The groups added up, to the minor unit.")
    data_driven: DataDrivenPart | None = Field(description="Null unless a model over all journeys is asked.")
    top_paths: tuple[TopPath, ...] | None = Field(
        description="Those that ended in a won deal most often, of journeys that ended in the range; filters "
        "do not cut them. Null with several dimensions and for activity."
    )
    pending: PendingCredits
