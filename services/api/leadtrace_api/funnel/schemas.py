"""The funnel's parameters and its answer."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import field
from pydantic import Field

from leadtrace_api.parameters import MOST_DIMENSIONS, DimensionFilters, Value
from leadtrace_api.projector.contribution import AskedBasis, Basis
from leadtrace_api.schemas import Duration, Money, Rate, WrittenStamped
from leadtrace_api.spreadsheet import Format
from leadtrace_api.written import Written, says

MOST_GROUPS = 10_000


class FunnelQuery(DimensionFilters):
    """Parameters of `GET /v1/funnel`."""

    by: Value | None = Field(
        default=None,
        description=f"Dimensions to group by, at most {MOST_DIMENSIONS}, separated by commas. By one, or by "
        "channel with segment or with campaign, and with no filter on another, the answer comes from "
        "rollups, and else from the leads themselves: the same numbers, later.",
        examples=["channel"],
    )
    top: int | None = Field(
        default=None,
        ge=1,
        le=MOST_GROUPS,
        description="Only so many groups, those with most leads, and the one without a key; the rest is in "
        "`other`.",
        examples=[10],
    )
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


class Drill(Written, frozen=True):
    """Where the leads behind a number are listed: exactly as many as it counts."""

    reached: Annotated[str | None, says("Null beside the ladder, where only `current` is a set of leads.")]
    current: str


class StageRow(Written, frozen=True):
    """One stage of one group."""

    stage: str
    entered: Annotated[int, says("Recorded entries; a lead may enter a stage more than once.")]
    reached: Annotated[int | None, says("Leads at the stage or a later one; null beside the ladder.")]
    current: Annotated[int, says("Leads that stand there now.")]
    drill: Annotated[
        Drill | None,
        says("Null with as_of, since leads are listed as they are known now, and for `other`."),
    ]


class StepRow(Written, frozen=True):
    """From one rung of the ladder to the next."""

    from_stage: str = field(name="from")
    to_stage: str = field(name="to")
    rate: Rate
    time: Annotated[
        Duration | None,
        says(
            "How long it takes those who will take the step, until the end of the bin in which so many "
            "have. Conversions that are yet to be expected count, so that the young are not told as the "
            "fast. Null for activity and with as_of."
        ),
    ]
    drop_off: Annotated[
        int | None,
        says("Leads that got no further so far; null for activity, which counts different leads."),
    ]
    drill: Annotated[
        str | None,
        says(
            "Where the leads behind `drop_off` are listed: exactly as many. Null where that is, with as_of "
            "and for `other`."
        ),
    ]


class FunnelNumbers(Written, frozen=True):
    """The numbers of one group, or of all."""

    stages: tuple[StageRow, ...]
    steps: tuple[StepRow, ...]
    overall: Annotated[Rate, says("Customers per lead that reached the first stage.")]
    time_to_customer: Annotated[Duration | None, says("As of a step, from the first stage to the last.")]
    revenue: Annotated[
        Money,
        says("What the leads' won deals brought, after refunds, in the reporting currency."),
    ]
    unconverted: Annotated[
        tuple[Money, ...],
        says("The same in other currencies, of which there is no rate: in no other number."),
    ]
    recurring_revenue: Annotated[Money, says("Of the revenue, renewals and expansions less churn.")]
    average_sale: Annotated[
        Money | None,
        says(
            "Revenue without what recurs, for each customer who brought any in this currency. Null without "
            "a customer, and for activity, whose revenue is partly of customers of before."
        ),
    ]
    revenue_per_customer: Annotated[
        Money | None,
        says("All revenue so far for each customer; nothing to come is added. Null as average_sale."),
    ]


class FunnelGroup(FunnelNumbers, frozen=True):
    """The numbers of the leads that share a key; a null key is of those without one."""

    key: dict[str, str | None]


class Other(FunnelNumbers, frozen=True):
    """The groups beyond the largest ones, together: with the groups they are the total."""

    keys: Annotated[int, says("How many groups they are.")]


class Unlinked(Written, frozen=True):
    """Won deals that no lead is linked to: in no group and not in the total."""

    deals: int
    revenue: Money
    unconverted: tuple[Money, ...]


class FunnelEcho(Written, frozen=True):
    """The question as it was understood."""

    by: tuple[str, ...]
    top: int | None
    first: date | None = field(name="from")
    last: date | None = field(name="to")
    basis: Basis
    as_of: date | None
    filters: dict[str, list[str | None]]


class Funnel(WrittenStamped, frozen=True):
    """The answer of `GET /v1/funnel`."""

    query: FunnelEcho
    source: Annotated[
        Literal["rollup", "facts"],
        says("rollup: from sums that are kept. facts: counted from the leads."),
    ]
    groups: tuple[FunnelGroup, ...]
    other: Annotated[Other | None, says("Null where all groups are told.")]
    total: FunnelNumbers
    unlinked: Annotated[Unlinked | None, says("Null with as_of: it is kept as known now only.")]
    ticker: Annotated[
        str | None,
        says(
            "Where `/v1/ticker` goes on from these numbers: sent as `Last-Event-ID`, all that is told then "
            "is to be added to them, once. Null with as_of, and while much waits to be told."
        ),
    ]


def _rate(value: float, n: int, at_risk: int, naive: float, interval: tuple[float, float]) -> dict[str, Any]:
    return {
        "value": value,
        "n": n,
        "at_risk": at_risk,
        "method": "aalen_johansen",
        "interval": interval,
        "naive": naive,
        "maturity": 0.93,
        "immature": False,
        "late": 0,
        "unwatched": 0,
    }


def _time(p50: float, n: int, censored: int) -> dict[str, Any]:
    times = {"p50_s": p50, "p75_s": 2 * p50, "p90_s": 3 * p50, "p95_s": None}
    return {**times, "n": n, "censored": censored}


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
    "steps": [
        {
            "from": "inquiry",
            "to": "lead",
            "rate": _rate(0.85, 8000, 412, 0.82, (0.842, 0.858)),
            "time": _time(86_400.0, 8000, 412),
            "drop_off": 1440,
            "drill": "/v1/leads?channel=paid_search&captured_from=2026-01-01&captured_to=2026-03-31"
            "&reached=inquiry&short_of=lead",
        }
    ],
    "overall": _rate(0.1183, 8000, 5120, 0.10525, (0.1099, 0.127)),
    "time_to_customer": _time(2_073_600.0, 8000, 5120),
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
        "by": ["channel"],
        "top": None,
        "from": "2026-01-01",
        "to": "2026-03-31",
        "basis": "cohort",
        "as_of": None,
        "filters": {},
    },
    "source": "rollup",
    "groups": [{"key": {"channel": "paid_search"}, **_NUMBERS}],
    "other": None,
    "total": _NUMBERS,
    "unlinked": {"deals": 0, "revenue": {"amount": "0.00", "currency": "EUR"}, "unconverted": []},
    "ticker": "4711",
}
