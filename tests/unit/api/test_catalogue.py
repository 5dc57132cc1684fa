"""The metric catalogue as it is served, and that code and catalogue name the same."""

import pytest

from leadtrace.domain.definitions.metric_model import MetricUnit, metrics_of
from leadtrace.domain.definitions.parse import parse_metrics
from leadtrace.runtime.definitions import Shelf, shipped_shelf
from leadtrace_api.catalogue.served import STEPS, served_metrics
from leadtrace_api.funnel.schemas import FunnelNumbers, StageRow, StepRow, Unlinked
from leadtrace_api.knowledge.metrics import RESTATABLE
from leadtrace_api.projector.contribution import Measure
from leadtrace_api.written import Written

SHELF = shipped_shelf()
CATALOGUE = metrics_of(SHELF.metrics)
_UNITS = {
    Measure.ENTERED: MetricUnit.ENTRIES,
    Measure.REACHED: MetricUnit.LEADS,
    Measure.CURRENT: MetricUnit.LEADS,
    Measure.CUSTOMERS: MetricUnit.CUSTOMERS,
    Measure.REVENUE: MetricUnit.MONEY,
    Measure.RECURRING: MetricUnit.MONEY,
}


def test_the_catalogue_holds_what_the_code_serves_and_nothing_else() -> None:
    assert served_metrics(SHELF.in_force).keys() == CATALOGUE.keys()


@pytest.mark.parametrize(
    ("schema", "fields"),
    [
        (StageRow, {"stage", "entered", "reached", "current", "drill"}),
        (StepRow, {"from_stage", "to_stage", "rate", "time", "drop_off", "drill"}),
        (
            FunnelNumbers,
            {
                "stages",
                "steps",
                "overall",
                "time_to_customer",
                "revenue",
                "unconverted",
                "recurring_revenue",
                "average_sale",
                "revenue_per_customer",
            },
        ),
        (Unlinked, {"deals", "revenue", "unconverted"}),
    ],
)
def test_the_funnel_tells_no_number_that_has_no_name_yet(schema: type[Written], fields: set[str]) -> None:
    """A field that is added here is a metric: name it in `served_metrics`, then in the catalogue."""
    assert set(schema.__struct_fields__) == fields


def test_units_are_those_that_the_code_counts_in() -> None:
    for name, metric in RESTATABLE.items():
        assert CATALOGUE[name].unit is _UNITS[metric.measure]
    assert {CATALOGUE[step].unit for step in (*STEPS, "overall")} == {MetricUnit.RATIO}


def test_a_shelf_finds_its_versions() -> None:
    text = b"version: 1\nmetrics: []\n"
    shelf = Shelf(SHELF.versions, 1, parse_metrics(text, "m"))
    assert shelf.version(1) is SHELF.versions[0]
    assert shelf.version(2) is None
