"""The parameters of `/v1/costs` and its answer."""

from datetime import date

from pydantic import Field

from leadtrace_api.costs.margin_schemas import Customers, ReturnOnInvestment, StageCosts
from leadtrace_api.costs.reasons import OF_SPEND, Why
from leadtrace_api.parameters import OriginFilters, Value
from leadtrace_api.schemas import Answer, Money, Stamped
from leadtrace_api.spreadsheet import Format

# Spend is told by these, so that costs are too.
KEYS = tuple(OriginFilters.model_fields)


class CostsQuery(OriginFilters):
    """Parameters of `GET /v1/costs`."""

    by: Value | None = Field(
        default=None,
        description=f"Dimensions to group by, between commas: {', '.join(KEYS)}.",
        examples=["channel,campaign"],
    )
    first: date | None = Field(default=None, alias="from", description="First day; else no bound.")
    last: date | None = Field(default=None, alias="to", description="Last day; else no bound.")
    format: Format = Field(default=Format.JSON, description="csv: a line a group, the total last.")

    def filters(self) -> dict[str, list[str | None]]:
        """What is filtered."""
        return self.given(KEYS)


_INTERVAL = "95 %, the lower cost first; an end that is null has no bound."


class Spend(Answer):
    """What was spent on the days asked for, in the reporting currency."""

    media: Money
    sales: Money
    total: Money
    unconverted: tuple[Money, ...] = Field(
        description="Of both kinds, in currencies of which the day has no rate: in no other number."
    )


class Cost(Answer):
    """All spend divided by `n`, rounded half-even."""

    value: Money | None
    n: int = Field(description="How many there are of what it is the cost of.")
    reason: Why | None = Field(description=OF_SPEND)


class NaiveCost(Cost):
    """A cost with the interval of the rate behind it."""

    interval: tuple[Money | None, Money | None] | None = Field(
        description=f"{_INTERVAL} Wilson's of orders per lead captured in the range; null without leads, and "
        "where there are more orders than leads."
    )


class LagCost(Answer):
    """All spend divided by the wins that the cohort has and those that are still to be expected of it."""

    value: Money | None
    n: int = Field(description="Orders of the cohort so far, whenever they closed.")
    expected: float = Field(description="Orders still to be expected of its open leads, to 6 decimals.")
    interval: tuple[Money | None, Money | None] | None = Field(
        description=f"{_INTERVAL} Wilson's of (n + expected) per lead, over leads times maturity."
    )
    maturity: float | None = Field(
        description="Which part of the wins by the horizon leads of these ages have had time for; null where "
        "no lead was ever won."
    )
    immature: bool = Field(description="Below 0.8 or unknown: do not rank it among others.")
    reason: Why | None = Field(description=OF_SPEND)


class Return(Answer):
    """Revenue divided by spend."""

    value: float | None = Field(description="To 6 decimals.")
    n: int = Field(description="Customers of the cohort.")
    reason: Why | None = Field(description=OF_SPEND)


class Average(Answer):
    """What each brought on average, rounded half up."""

    value: Money | None
    n: int = Field(description="Of so many.")
    reason: Why | None = Field(description="none_yet: n is 0.")


class Period(Answer):
    """What happened in the range, of leads captured whenever."""

    orders: int = Field(description="Won deals that closed in the range, each once, whoever is linked to it.")
    unlinked_orders: int = Field(description="Of these, deals without any lead: they are of the null keys.")
    new_customers: int = Field(description="Leads that became customers in the range.")
    cpo: NaiveCost = Field(description="Cost per order, naive: orders of today are of older spend.")
    cac: Cost = Field(description="Customer acquisition cost: media and sales spend per new customer.")
    stage_costs: Money | None = Field(
        description="What it cost to work the leads that reached a stage in the range, whenever they were "
        "captured; null where the definitions say no cost in the reporting currency."
    )
    cac_with_stage_costs: Cost = Field(
        description="Media and sales spend and stage_costs per new customer; null as cac is, and "
        "no_stage_costs, or no_rate where all are in other currencies."
    )
    average_order: Average = Field(
        description="What these orders brought so far, after refunds and with renewals, for each that "
        "brought any in the reporting currency."
    )


class Cohort(Answer):
    """What became so far of the leads captured in the range."""

    leads: int
    mql: int = Field(description="Leads that reached mql or a later rung; so are sql and customers.")
    sql: int
    customers: int
    revenue: Money
    unconverted: tuple[Money, ...] = Field(description="Revenue in other currencies: in no other number.")
    cpl: Cost = Field(description="Cost per lead.")
    cpmql: Cost
    cpsql: Cost
    cpo: LagCost = Field(description="Cost per order, lag-matched: spend meets the orders that it will have.")
    roas: Return = Field(description="Revenue divided by media spend.")
    revenue_to_expense: Return = Field(description="Revenue divided by media and sales spend.")
    romi: ReturnOnInvestment


class CostNumbers(Answer):
    """The numbers of one group, or of all."""

    spend: Spend
    period: Period
    cohort: Cohort
    customers: Customers
    stage_costs: StageCosts


class CostGroup(Answer):
    """One group: all with these keys that cost money, are leads or were won; null is of those without."""

    key: dict[str, str | None]
    numbers: CostNumbers


class Lag(Answer):
    """How wins to come are expected: Aalen-Johansen over all leads, from capture to won or lost."""

    method: str = Field(examples=["aalen_johansen"])
    horizon_s: float | None = Field(
        description="The longest time that a lead was watched, at most 365 days; null without any lead."
    )
    won: int
    lost: int
    open: int = Field(description="Leads that it was made of, by how they stand; deleted ones left out.")
    orders_per_win: float | None = Field(
        description="Won deals with a lead for each lead won, by which expected wins become orders."
    )


class CostsEcho(Answer):
    """The question as it was understood."""

    by: tuple[str, ...]
    first: date | None = Field(validation_alias="from", serialization_alias="from")
    last: date | None = Field(validation_alias="to", serialization_alias="to")
    filters: dict[str, list[str | None]]


class Costs(Stamped):
    """The answer of `GET /v1/costs`."""

    query: CostsEcho
    gross_margin: float | None = Field(
        description="The share of revenue that is left, by the definitions; null where they say none."
    )
    lag: Lag
    groups: tuple[CostGroup, ...]
    total: CostNumbers
