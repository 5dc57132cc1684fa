"""The funnel's parameters and its answer."""

from datetime import date
from typing import Any

from pydantic import Field

from leadtrace_api.parameters import DimensionFilters, Value
from leadtrace_api.projector.contribution import AskedBasis, Basis
from leadtrace_api.schemas import Answer, Money, Rate, Stamped
from leadtrace_api.spreadsheet import Format


class FunnelQuery(DimensionFilters):
    """Parameters of `GET /v1/funnel`."""

    by: Value | None = Field(default=None, description="One dimension to group by.", examples=["channel"])
    first: date | None = Field(default=None, alias="from", description="First day; else the first known.")
    last: date | None = Field(default=None, alias="to", description="Last day; else the last known.")
    basis: AskedBasis = Field(
        default=Basis.COHORT,
        description="cohort: leads captured in the range, followed until now. activity: what happened in it.",
    )
    as_of: date | None = Field(
        default=None,
        description="A state of knowledge: what was recorded by the close of this day in the reporting time "
        "zone; else all that is known now.",
    )
    format: Format = Field(default=Format.JSON, description="csv: a line a group, the total last.")


class Drill(Answer):
    """Where the leads behind a number are listed: exactly as many as it counts."""

    reached: str | None = Field(description="Null beside the ladder, where only `current` is a set of leads.")
    current: str


class StageRow(Answer):
    """One stage of one group."""

    stage: str
    entered: int = Field(description="Recorded entries; a lead may enter a stage more than once.")
    reached: int | None = Field(description="Leads at the stage or a later one; null beside the ladder.")
    current: int = Field(description="Leads that stand there now.")
    drill: Drill | None = Field(description="Null with as_of: leads are listed as they are known now.")


class StepRow(Answer):
    """From one rung of the ladder to the next."""

    from_stage: str = Field(validation_alias="from", serialization_alias="from")
    to_stage: str = Field(validation_alias="to", serialization_alias="to")
    rate: Rate
    drop_off: int | None = Field(
        description="Leads that got no further so far; null for activity, which counts different leads."
    )


class FunnelNumbers(Answer):
    """The numbers of one group, or of all."""

    stages: tuple[StageRow, ...]
    steps: tuple[StepRow, ...]
    overall: Rate = Field(description="Customers per lead that reached the first stage.")
    revenue: Money = Field(
        description="What the leads' won deals brought, after refunds, in the reporting currency."
    )
    unconverted: tuple[Money, ...] = Field(
        description="The same in other currencies, of which there is no rate: in no other number."
    )
    recurring_revenue: Money = Field(description="Of the revenue, renewals and expansions less churn.")
    average_sale: Money | None = Field(
        description="Revenue without what recurs, for each customer who brought any in this currency. Null "
        "without a customer, and for activity, whose revenue is partly of customers of before."
    )
    revenue_per_customer: Money | None = Field(
        description="All revenue so far for each customer; nothing to come is added. Null as average_sale."
    )


class FunnelGroup(FunnelNumbers):
    """The numbers of the leads that share a key; a null key is of those without one."""

    key: dict[str, str | None]


class Unlinked(Answer):
    """Won deals that no lead is linked to: in no group and not in the total."""

    deals: int
    revenue: Money
    unconverted: tuple[Money, ...]


class FunnelEcho(Answer):
    """The question as it was understood."""

    by: str | None
    first: date | None = Field(validation_alias="from", serialization_alias="from")
    last: date | None = Field(validation_alias="to", serialization_alias="to")
    basis: Basis
    as_of: date | None
    filters: dict[str, list[str | None]]


class Funnel(Stamped):
    """The answer of `GET /v1/funnel`."""

    query: FunnelEcho
    groups: tuple[FunnelGroup, ...]
    total: FunnelNumbers
    unlinked: Unlinked | None = Field(description="Null with as_of: it is kept as known now only.")


def _rate(value: float | None, n: int) -> dict[str, Any]:
    return {"value": value, "n": n, "method": "plain_ratio", "naive": value}


_NUMBERS: dict[str, Any] = {
    "stages": [
        {
            "stage": "inquiry",
            "entered": 8000,
            "reached": 8000,
            "current": 0,
            "drill": {
                "reached": "/v1/leads?channel=paid_search&captured_from=2026-01-01&captured_to=2026-03-31"
                "&reached=inquiry",
                "current": "/v1/leads?channel=paid_search&captured_from=2026-01-01&captured_to=2026-03-31"
                "&stage=inquiry",
            },
        }
    ],
    "steps": [{"from": "inquiry", "to": "lead", "rate": _rate(1.0, 8000), "drop_off": 0}],
    "overall": _rate(0.10525, 8000),
    "revenue": {"amount": "1234.50", "currency": "EUR"},
    "unconverted": [],
    "recurring_revenue": {"amount": "34.50", "currency": "EUR"},
    "average_sale": {"amount": "600.00", "currency": "EUR"},
    "revenue_per_customer": {"amount": "617.25", "currency": "EUR"},
}
EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "query": {
        "by": "channel",
        "from": "2026-01-01",
        "to": "2026-03-31",
        "basis": "cohort",
        "as_of": None,
        "filters": {},
    },
    "groups": [{"key": {"channel": "paid_search"}, **_NUMBERS}],
    "total": _NUMBERS,
    "unlinked": {"deals": 0, "revenue": {"amount": "0.00", "currency": "EUR"}, "unconverted": []},
}
