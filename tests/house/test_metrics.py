"""Metrics are a typed catalogue: each has a sentence, a unit and labels of bounded value."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from leadtrace.runtime.metric_definition import MetricDef, MetricType, Process, walk_definitions
from tests.house.checkout import SERVICES, imported_modules, shipped_files, text, tree

PACKAGES = ("leadtrace", *(f"leadtrace_{service}" for service in SERVICES))
DEFINITIONS = walk_definitions(PACKAGES)
# Who may make what Prometheus reads; everybody else says what by a definition, and hands in numbers.
MAKERS = {Path("shared/leadtrace/runtime/metrics.py"), Path("shared/leadtrace/runtime/families.py")}
READS_ONLY = "prometheus_client.parser"
BASE_UNITS = {"seconds", "bytes", "ratio"}
# Abbreviated units, types and currencies.
NOT_IN_NAMES = {"ms", "s", "kb", "mb", "pct", "gauge", "counter", "histogram", "eur", "usd"}
PREFIXED_UNITS = {"milliseconds", "ms", "minutes", "hours", "kilobytes", "megabytes", "percent"}
UNBOUNDED = {"lead_id", "deal_id", "event_id", "id", "subject", "email", "url", "path", "error", "key"}
# A metric that names a tool has to be renamed, or to lie, when the tool changes.
TOOLS = {"kafka", "postgres", "aiokafka", "uvicorn"}
# A thousand partitions are the most that a topic may have; a process holds a share of them.
OF_ONE_PARTITION = {"leadtrace_consumer_lag_records"}
MOST_SERIES = 5_000
# Where it is defined, imported and made live; through the module it is two.
USED = 2
NAMED_BY_HAND = re.compile(r"\b(?:Counter|Gauge|Histogram|Summary)\(\s*[\"']")
WORDS = Counter(word for path in shipped_files() for word in re.findall(r"\b[A-Z][A-Z_]+\b", text(path)))


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
        assert not UNBOUNDED & set(metric.label_names)
        series = 1
        for label in metric.labels:
            series *= label.largest
        assert series <= MOST_SERIES or metric.name in OF_ONE_PARTITION

    def test_says_moments_and_versions_as_everybody_does(self, metric: MetricDef) -> None:
        """`_timestamp_seconds` is a moment, `_info` is 1; the parts that Prometheus adds are no names."""
        parts = metric.name.removesuffix("_total").split("_")
        assert parts[-1] not in {"count", "sum", "bucket", "created"}
        assert not NOT_IN_NAMES & set(parts)
        assert (metric.unit == "info") == metric.name.endswith("_info")
        assert not metric.name.endswith("_timestamp")


def test_there_are_metrics() -> None:
    """An empty walk would pass every rule above."""
    assert DEFINITIONS


def test_name_is_defined_once() -> None:
    """Two definitions of one name in one process: the second wins or fails, depending on who is first."""
    names = Counter(
        name
        for path in shipped_files()
        if path.stem.endswith("metrics")
        for name in re.findall(r"[\"'](leadtrace_[a-z0-9_]+)[\"']", text(path))
    )
    assert not [name for name, count in names.items() if count > 1]


@pytest.mark.parametrize("path", shipped_files(), ids=str)
def test_metric_is_made_from_its_definition(path: Path) -> None:
    """A metric made on the spot escapes every rule of this page."""
    assert not NAMED_BY_HAND.search(text(path))


@pytest.mark.parametrize("path", shipped_files(), ids=str)
def test_only_makers_make_what_prometheus_reads(path: Path) -> None:
    """Beside the catalogue nothing is shown: two modules know Prometheus' client, others hand in numbers."""
    used = {name for name in imported_modules(tree(path)) if name.split(".")[0] == "prometheus_client"}
    assert path in MAKERS or all(name.startswith(READS_ONLY) for name in used)


@pytest.mark.parametrize("path", shipped_files(), ids=str)
def test_a_definition_stands_where_the_catalogue_finds_it(path: Path) -> None:
    """Made elsewhere, or within a function, it would be shown and be in no docs."""
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    made = [one for one in calls if isinstance(one.func, ast.Name) and one.func.id == "MetricDef"]
    assert not made or path.stem.endswith("metrics")


@pytest.mark.parametrize("path", [path for path in shipped_files() if path.stem.endswith("metrics")], ids=str)
def test_definition_is_used(path: Path) -> None:
    """A definition that nobody makes live is a line of docs about nothing."""
    made = [one for one in tree(path).body if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call)]
    names = [target.id for one in made for target in one.targets if isinstance(target, ast.Name)]
    public = [name for name in names if not name.startswith("_")]
    assert not [name for name in public if WORDS[name] < USED + text(path).count(f"    {name},\n")]


def test_every_process_serves_something_of_its_own() -> None:
    """A process whose page is like any other's is watched by nobody."""
    assert {one for metric in DEFINITIONS for one in metric.processes} == set(Process)
    assert all(set(metric.processes) <= set(Process) for metric in DEFINITIONS)
