"""The parameters of restatements, and what is said of them."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from leadtrace.domain.attribution.recorded import Cause
from leadtrace.domain.definitions.metric_model import MetricUnit
from leadtrace_api.parameters import Value
from leadtrace_api.projector.contribution import AskedBasis, Basis
from leadtrace_api.projector.knowing import ON_THE_DAY
from leadtrace_api.schemas import Answer, Stamped

CAUSES = (ON_THE_DAY, *(cause.value for cause in Cause))


class RestatementsQuery(BaseModel):
    """Parameters of `GET /v1/metrics/{metric}/restatements`."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    first: date = Field(alias="from", description="The first day of the number.")
    last: date = Field(alias="to", description="Its last day.")
    known_from: date | None = Field(
        default=None, description="Changes that became known on this day or later; else on days after `to`."
    )
    known_to: date | None = Field(default=None, description="And on this day or earlier; else until now.")
    basis: AskedBasis = Field(
        default=Basis.ACTIVITY,
        description="activity: what happened in the range. cohort: leads captured in it, whose numbers grow "
        "with every later step of theirs (`later_event`).",
    )
    by: Value | None = Field(default=None, description="One dimension to itemise by.", examples=["channel"])
    currency: Value | None = Field(
        default=None, description="Of customers and revenue; else the reporting currency.", examples=["EUR"]
    )


class MetricSaid(Answer):
    """A metric as the catalogue says it; more at `/v1/metrics`."""

    name: str
    unit: MetricUnit
    description: str


class RestatementsEcho(Answer):
    """The question as it was understood."""

    first: date = Field(validation_alias="from", serialization_alias="from")
    last: date = Field(validation_alias="to", serialization_alias="to")
    known_from: date
    known_to: date | None
    basis: Basis
    by: str | None
    currency: str | None


class KnownDay(Answer):
    """What became known on one day."""

    known_day: date
    change: str


class Restatement(Answer):
    """One cause, of one group if groups are asked for."""

    cause: str = Field(
        description="late_event: it happened on an earlier day than it was recorded. merge, split, "
        "correction, refund, erasure: what such an event changed. later_event: it happened later, and moved "
        "what was counted on an earlier day. on_the_day: first known on the very day that it counts on."
    )
    key: dict[str, str | None] | None = Field(
        description="Null without `by`; a null key is of those without."
    )
    change: str
    days: tuple[KnownDay, ...]
    leads: tuple[UUID, ...] = Field(
        description="Some of the leads that changed it, at most 5; none for on_the_day."
    )


class Restatements(Stamped):
    """The answer of `GET /v1/metrics/{metric}/restatements`; numbers are exact decimals."""

    metric: MetricSaid
    query: RestatementsEcho
    before: str = Field(description="The number as known at the close of the day before `known_from`.")
    after: str = Field(description="As known at the close of `known_to`, else now.")
    change: str = Field(description="after less before; the changes of the items sum to it exactly.")
    items: tuple[Restatement, ...]


EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "metric": {
        "name": "revenue",
        "unit": "money",
        "description": "What the leads' won deals brought, after refunds.",
    },
    "query": {
        "from": "2026-03-01",
        "to": "2026-03-10",
        "known_from": "2026-03-11",
        "known_to": None,
        "basis": "activity",
        "by": None,
        "currency": "EUR",
    },
    "before": "48250.00",
    "after": "49490.00",
    "change": "1240.00",
    "items": [
        {
            "cause": "late_event",
            "key": None,
            "change": "1240.00",
            "days": [{"known_day": "2026-03-14", "change": "1240.00"}],
            "leads": ["1d32ee03-bd54-5003-ae86-3c7d4580b7ca"],
        }
    ],
}
