"""The parameters of cohorts and their answer."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from leadtrace.domain.survival.intervals import Interval
from leadtrace_api.parameters import DimensionFilters, Value
from leadtrace_api.schemas import Answer, Duration, Rate, Stamped
from leadtrace_api.spreadsheet import Format

OVERALL = "overall"


class Period(StrEnum):
    """What leads are put together by: the week (from Monday) or the month of their capture."""

    WEEK = "week"
    MONTH = "month"


class CohortsQuery(DimensionFilters):
    """Parameters of `GET /v1/cohorts`."""

    each: Period = Field(default=Period.MONTH, description="Leads captured in one of these are a cohort.")
    step: Value = Field(
        default=OVERALL,
        description="Which step up the ladder is looked at, such as mql_to_sal; overall: from the first "
        "rung to the last.",
        examples=["mql_to_sal"],
    )
    first: date | None = Field(default=None, alias="from", description="First day; else the first known.")
    last: date | None = Field(default=None, alias="to", description="Last day; else the last known.")
    format: Format = Field(default=Format.JSON, description="csv: a line for each age of each cohort.")


class Point(Answer):
    """A cohort at one age; ages count from the entry to the step."""

    age_s: float = Field(description="Seconds. What came until then is in; the bin that ends there is whole.")
    won: float = Field(description="The share that is won by this age, by Aalen-Johansen.", examples=[0.1183])
    interval: Interval | None = Field(description="Of 95 %; null where it is undefined.")
    lost: float = Field(description="The share that is lost by this age.")
    at_risk: int = Field(description="Leads that were watched at least until the bin that ends here.")
    converted: int = Field(description="Leads that were won by this age.")
    complete: bool = Field(
        description="All leads of the cohort were watched beyond this age or have ended: a cell of the "
        "triangle that changes no more with time."
    )


class CohortNumbers(Answer):
    """One cohort, or all of them together."""

    leads: int = Field(description="Leads that entered the step.")
    rate: Rate
    time: Duration
    curve: tuple[Point, ...] = Field(description="By age, as far as anybody was watched.")


class Cohort(CohortNumbers):
    """The leads captured in one week or month; the first and the last may be cut by the range."""

    key: dict[str, str] = Field(examples=[{"month": "2026-03-01"}])
    first: date = Field(validation_alias="from", serialization_alias="from")
    last: date = Field(validation_alias="to", serialization_alias="to")


class CohortsEcho(Answer):
    """The question as it was understood."""

    each: Period
    step: str
    first: date | None = Field(validation_alias="from", serialization_alias="from")
    last: date | None = Field(validation_alias="to", serialization_alias="to")
    filters: dict[str, list[str | None]]


class Cohorts(Stamped):
    """The answer of `GET /v1/cohorts`."""

    query: CohortsEcho
    groups: tuple[Cohort, ...]
    total: CohortNumbers
