"""What customers are worth, and what it costs to work leads, as `/v1/costs` tells it."""

from pydantic import Field

from leadtrace.events.lead import Stage
from leadtrace_api.costs.reasons import OF_MONTHS, OF_SPEND, Why
from leadtrace_api.schemas import Answer, Money


class ReturnOnInvestment(Answer):
    """(gross margin x revenue of the cohort so far - media and sales spend) / media and sales spend."""

    value: float | None = Field(
        description="To 6 decimals; 0 is even, -1 is all lost. Stage costs are in no part of it."
    )
    n: int = Field(description="Customers of the cohort.")
    reason: Why | None = Field(description=f"{OF_SPEND} no_margin: the definitions say no gross margin.")


class MonthlyRevenue(Answer):
    """ARPA: what these customers brought so far for each month that they were customers, half-even."""

    value: Money | None
    n: int = Field(description="Customers.")
    reason: Why | None = Field(description=f"Why value is null. {OF_MONTHS}")


class Churn(Answer):
    """Customers that churned for each customer-month."""

    value: float | None = Field(description="Per month, to 6 decimals.")
    n: int = Field(description="Customers.")
    churned: int = Field(
        description="Of them, those whose won deals have nothing left, the last step of one being churn."
    )
    reason: Why | None = Field(
        description="Why value is null. none_yet: there are no customers. too_young: none was one for a day."
    )


class Payback(Answer):
    """CAC / (ARPA x gross margin): after how many months a customer has brought back what it cost."""

    value: float | None = Field(description="Months of 30.4375 days, to 6 decimals; of unrounded parts.")
    n: int = Field(description="Customers.")
    reason: Why | None = Field(
        description="Why value is null. no_margin: the definitions say no gross margin. no_return: ARPA "
        f"times margin is not above 0, so nothing comes back. Else as of cac and of arpa. {OF_MONTHS}"
    )


class LifetimeValue(Answer):
    """ARPA x gross margin / churn: what is left of what a customer brings, if churn is the same for ever."""

    value: Money | None
    n: int = Field(description="Customers.")
    method: str = Field(description="constant_churn.", examples=["constant_churn"])
    reason: Why | None = Field(
        description="Why value is null. no_margin: the definitions say no gross margin. no_churn_yet: nobody "
        f"churned, which is no life without end. {OF_MONTHS}"
    )


class Customers(Answer):
    """The new customers of the range, watched from the day on which they became customers until now."""

    customers: int
    customer_months: float = Field(
        description="Months of 30.4375 days, to 6 decimals, until now or until they churned; in whole days."
    )
    revenue: Money = Field(description="What they brought so far, in the reporting currency.")
    unpriced: int = Field(
        description="How many of them brought money in currencies without a rate, which is in no number."
    )
    arpa: MonthlyRevenue
    churn: Churn
    payback_months: Payback
    ltv: LifetimeValue


class Worked(Answer):
    """Leads that were worked, and what that cost."""

    leads: int
    cost: Money


class StageCost(Answer):
    """What sales spent on one stage; won, lost, open and deleted sum to all."""

    stage: Stage
    each: Money = Field(description="What one lead costs that reached it, as the definitions say.")
    all: Worked = Field(description="Leads captured in the range that reached the stage or a later one.")
    won: Worked
    lost: Worked = Field(description="Those that ended lost or disqualified.")
    open: Worked = Field(description="Those that have not ended: nobody knows yet.")
    deleted: Worked


class StageCosts(Answer):
    """What it cost sales to work the leads captured in the range, by the definitions; in no spend."""

    stages: tuple[StageCost, ...] = Field(
        description="Those to which the definitions give a cost, in the order of the ladder."
    )
    total: Money | None = Field(description="Of all stages whose cost is in the reporting currency.")
    won: Money | None
    lost: Money | None = Field(
        description="How much of total went into leads that ended lost or disqualified."
    )
    open: Money | None = Field(description="How much of total went into leads that have not ended.")
    unconverted: tuple[Money, ...] = Field(
        description="Of stages whose cost is in another currency: in no other number."
    )
    reason: Why | None = Field(
        description="Why there is no total. no_stage_costs: the definitions say none. no_rate: only in other "
        "currencies."
    )
