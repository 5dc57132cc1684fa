"""Metrics as a typed catalogue: each has a sentence, docs and tests walk the definitions.

A room declares `MetricDef` constants in its `metrics.py`; a process makes them live with `Metrics`.
"""

import importlib
import pkgutil
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_NAME = re.compile(r"^leadtrace(_[a-z][a-z0-9]*){2,}$")
_LABEL = re.compile(r"^[a-z][a-z_]*$")


class MetricType(StrEnum):
    """How Prometheus treats the values."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricDef:
    """One metric: `leadtrace_<noun>_<unit>`, counters with `_total`, base units, bounded labels.

    `unit` is a Prometheus base unit (`seconds`, `bytes`, `ratio`) or what is counted (`records`).
    `sentence` says in words what the number tells an operator.

    Raises:
        ValueError: the name, a label or the sentence breaks the rules.
    """

    name: str
    type: MetricType
    unit: str
    sentence: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = LATENCY_BUCKETS_S

    def __post_init__(self) -> None:
        stem = self.name.removesuffix("_total")
        problems = [
            (not _NAME.match(self.name), "must look like leadtrace_<noun>_<unit>"),
            (not stem.endswith(f"_{self.unit}"), f"must end with its unit {self.unit}"),
            ((self.type is MetricType.COUNTER) != self.name.endswith("_total"), "_total marks counters"),
            (not all(_LABEL.match(label) for label in self.labels), "labels are snake_case words"),
            (not self.sentence.endswith("."), "needs a sentence"),
        ]
        broken = [text for wrong, text in problems if wrong]
        if broken:
            raise ValueError(f"{self.name}: {', '.join(broken)}")


class Metrics:
    """The live metrics of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._live: dict[str, Counter | Gauge | Histogram] = {}
        ProcessCollector(registry=self.registry)

    def counter(self, definition: MetricDef) -> Counter:
        """The counter of this definition, made at first use."""
        metric = self._live.get(definition.name)
        if metric is None:
            _check(definition, MetricType.COUNTER)
            metric = Counter(definition.name, definition.sentence, definition.labels, registry=self.registry)
            self._live[definition.name] = metric
        assert isinstance(metric, Counter)  # noqa: S101 - narrows the type for mypy
        return metric

    def gauge(self, definition: MetricDef) -> Gauge:
        """The gauge of this definition, made at first use."""
        metric = self._live.get(definition.name)
        if metric is None:
            _check(definition, MetricType.GAUGE)
            metric = Gauge(definition.name, definition.sentence, definition.labels, registry=self.registry)
            self._live[definition.name] = metric
        assert isinstance(metric, Gauge)  # noqa: S101 - narrows the type for mypy
        return metric

    def histogram(self, definition: MetricDef) -> Histogram:
        """The histogram of this definition, made at first use."""
        metric = self._live.get(definition.name)
        if metric is None:
            _check(definition, MetricType.HISTOGRAM)
            metric = Histogram(
                definition.name,
                definition.sentence,
                definition.labels,
                buckets=definition.buckets,
                registry=self.registry,
            )
            self._live[definition.name] = metric
        assert isinstance(metric, Histogram)  # noqa: S101 - narrows the type for mypy
        return metric

    def collect_with(self, collector: Collector) -> None:
        """Ask this collector at every scrape: for gauges that are counted from tables."""
        self.registry.register(collector)

    def render(self) -> bytes:
        """The exposition in Prometheus' text format."""
        return generate_latest(self.registry)


def _check(definition: MetricDef, wanted: MetricType) -> None:
    if definition.type is not wanted:
        raise ValueError(f"{definition.name} is a {definition.type}, not a {wanted}")


def walk_definitions(packages: Sequence[str]) -> list[MetricDef]:
    """Every `MetricDef` constant in the modules of these packages whose names end in `metrics`, by name."""
    found: dict[str, MetricDef] = {}
    for package in packages:
        root = importlib.import_module(package)
        for info in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not info.name.endswith("metrics"):
                continue
            for value in vars(importlib.import_module(info.name)).values():
                if isinstance(value, MetricDef):
                    found[value.name] = value
    return [found[name] for name in sorted(found)]
