"""Metrics are a typed catalogue: each has a sentence, a unit and labels of bounded value."""

import re
from collections import Counter
from pathlib import Path

import pytest

from leadtrace.runtime.metric_definition import MetricDef, MetricType, walk_definitions
from tests.house.checkout import SERVICES, shipped_files, text

PACKAGES = ("leadtrace", *(f"leadtrace_{service}" for service in SERVICES))
DEFINITIONS = walk_definitions(PACKAGES)
BASE_UNITS = {"seconds", "bytes", "ratio"}
PREFIXED_UNITS = {"milliseconds", "ms", "minutes", "hours", "kilobytes", "megabytes", "percent"}
UNBOUNDED = {"lead_id", "deal_id", "event_id", "id", "subject", "email", "url", "path", "error", "key"}
# A metric that names a tool has to be renamed, or to lie, when the tool changes.
TOOLS = {"kafka", "postgres", "aiokafka", "uvicorn"}
NAMED_BY_HAND = re.compile(r"\b(?:Counter|Gauge|Histogram|Summary)\(\s*[\"']")


@pytest.mark.parametrize("metric", DEFINITIONS, ids=lambda metric: metric.name)
class TestMetric:
    """The person who reads a metric at night has only its name and its sentence."""

    def test_has_a_sentence(self, metric: MetricDef) -> None:
        """The help text is the only documentation that travels with the number."""
        assert len(metric.sentence.split()) >= 4
        assert metric.sentence.endswith(".")
        assert metric.sentence[0].isupper() or metric.sentence[0].isdigit()

    def test_name_follows_the_rules(self, metric: MetricDef) -> None:
        """`leadtrace_<noun>_<unit>[_total]` in base units: dashboards multiply by nothing."""
        assert re.fullmatch(r"leadtrace(_[a-z][a-z0-9]*){2,}", metric.name)
        assert metric.unit not in PREFIXED_UNITS
        assert metric.name.removesuffix("_total").endswith(f"_{metric.unit}")
        assert metric.name.endswith("_total") == (metric.type is MetricType.COUNTER)
        assert metric.type is not MetricType.HISTOGRAM or metric.unit in BASE_UNITS | {"records", "events"}

    def test_names_the_fact_and_not_the_tool(self, metric: MetricDef) -> None:
        """Names tied to a mechanism stay after it went, "for dashboard continuity"."""
        assert not TOOLS & set(metric.name.split("_"))

    def test_labels_are_of_bounded_value(self, metric: MetricDef) -> None:
        """One series per lead is what brings a Prometheus down."""
        assert not UNBOUNDED & set(metric.labels)


def test_there_are_metrics() -> None:
    """An empty walk would pass every rule above."""
    assert DEFINITIONS


def test_name_is_defined_once() -> None:
    """Two definitions of one name in one process: the second wins or fails, depending on who is first."""
    names = Counter(
        name
        for path in shipped_files()
        if path.name == "metrics.py"
        for name in re.findall(r"[\"'](leadtrace_[a-z0-9_]+)[\"']", text(path))
    )
    assert not [name for name, count in names.items() if count > 1]


@pytest.mark.parametrize("path", shipped_files(), ids=str)
def test_metric_is_made_from_its_definition(path: Path) -> None:
    """A metric made on the spot escapes every rule of this page."""
    assert not NAMED_BY_HAND.search(text(path))
