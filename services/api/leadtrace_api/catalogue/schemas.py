"""The parameters of the metric catalogue, and what it says of a metric."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from leadtrace.domain.definitions.metric_model import MetricKind, MetricUnit
from leadtrace_api.schemas import Answer
from leadtrace_api.spreadsheet import Format


class MetricsQuery(BaseModel):
    """Parameters of `GET /v1/metrics`."""

    model_config = ConfigDict(frozen=True)

    format: Format = Field(default=Format.JSON, description="csv: a line a metric.")


class MetricAnswer(Answer):
    """What a number counts, who answers for it and what it is good for."""

    name: str
    unit: MetricUnit
    description: str
    formula: str
    owner: str
    decision: str = Field(description="What somebody decides by it.")
    revenue_link: str = Field(description="How it leads to revenue.")
    kind: MetricKind | None = Field(
        description="leading: moves before revenue. coincident: moves with it. vanity: can rise while it "
        "falls. Null where that cannot be said. It is what the owners hold, not what was measured."
    )
    routes: tuple[str, ...] = Field(description="Where it is told.")


class Metrics(Answer):
    """The answer of `GET /v1/metrics`."""

    version: int = Field(description="The catalogue's own version: no number depends on it.")
    hash: str = Field(description="SHA-256 of what it says.")
    metrics: tuple[MetricAnswer, ...]


EXAMPLE: dict[str, Any] = {
    "version": 1,
    "hash": "e85febfd13bb0000000000000000000000000000000000000000000000000000",
    "metrics": [
        {
            "name": "revenue",
            "unit": "money",
            "description": "What the leads' won deals brought, after refunds.",
            "formula": "sum of the leads' parts of wins, renewals and expansions less refunds and churn, "
            "each dated by its own moment, at the rate of the day on which the deal closed",
            "owner": "revenue operations",
            "decision": "Which channels and campaigns get the budget of the next quarter.",
            "revenue_link": "It is the revenue.",
            "kind": "coincident",
            "routes": ["/v1/funnel", "/v1/metrics/revenue/restatements"],
        }
    ],
}
