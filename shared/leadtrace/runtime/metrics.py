"""The live metrics of one process: made of their definitions only, in a registry of its own."""

import platform
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from leadtrace.runtime.metric_definition import EVERY_PROCESS, Label, MetricDef, MetricType

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

BUILD = MetricDef(
    "leadtrace_build_info",
    MetricType.GAUGE,
    "info",
    "Always 1: the labels say which version of leadtrace runs, and on which Python.",
    (
        Label("version", "the one that runs", most=1),
        Label("python", "the one that it runs on", most=1),
    ),
    processes=EVERY_PROCESS,
)


class Metrics:
    """The live metrics of one process; `served` says whether `/metrics` shows them to anybody."""

    def __init__(self, *, served: bool = True) -> None:
        # The moment at which each series was made doubles their number and tells nothing.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.served = served
        self.registry = CollectorRegistry()
        self._live: dict[str, Counter | Gauge | Histogram] = {}
        ProcessCollector(registry=self.registry)
        self.gauge(BUILD).labels(version=version("leadtrace"), python=platform.python_version()).set(1)

    def counter(self, definition: MetricDef) -> Counter:
        """The counter of this definition, made at first use."""
        metric = self._live.get(definition.name)
        if metric is None:
            _check(definition, MetricType.COUNTER)
            metric = Counter(
                definition.name, definition.sentence, definition.label_names, registry=self.registry
            )
            self._live[definition.name] = metric
        assert isinstance(metric, Counter)  # noqa: S101 - narrows the type for mypy
        return metric

    def gauge(self, definition: MetricDef) -> Gauge:
        """The gauge of this definition, made at first use."""
        metric = self._live.get(definition.name)
        if metric is None:
            _check(definition, MetricType.GAUGE)
            metric = Gauge(
                definition.name, definition.sentence, definition.label_names, registry=self.registry
            )
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
                definition.label_names,
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
