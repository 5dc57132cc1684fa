"""Families of gauges that are made anew as a whole: what a snapshot lacks is shown no longer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isfinite

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from leadtrace.runtime.metric_definition import MetricDef, MetricType


class Families:
    """Gauges of one moment; each definition has a family, be it empty.

    Raises:
        ValueError: a definition is of no gauge.
    """

    def __init__(self, definitions: Iterable[MetricDef]) -> None:
        self._families: dict[str, GaugeMetricFamily] = {}
        self._shown: set[tuple[str, ...]] = set()
        for one in definitions:
            if one.type is not MetricType.GAUGE:
                raise ValueError(f"{one.name} is a {one.type}, not a gauge")
            self._families[one.name] = GaugeMetricFamily(one.name, one.sentence, labels=one.label_names)

    def add(self, definition: MetricDef, value: float | None, *labels: str) -> None:
        """Show a value by its labels, in the order of the definition; None is shown as nothing.

        Raises:
            KeyError: the definition is none of those handed in.
            ValueError: a label too few or too many, a value twice, or no number.
        """
        if value is None:
            return
        series = (definition.name, *labels)
        if len(labels) != len(definition.labels):
            raise ValueError(f"{definition.name}: labels are {', '.join(definition.label_names) or 'none'}")
        if series in self._shown:
            raise ValueError(f"{' '.join(series)} is shown twice")
        if not isfinite(value):
            raise ValueError(f"{' '.join(series)} is {value}")
        self._families[definition.name].add_metric(labels, value)
        self._shown.add(series)

    def __iter__(self) -> Iterator[GaugeMetricFamily]:
        return iter(self._families.values())


class SnapshotCollector(Collector):
    """Shows the families of the newest snapshot, whole or not at all."""

    def __init__(self, definitions: Sequence[MetricDef]) -> None:
        self._families = Families(definitions)

    def replace(self, families: Families) -> None:
        """From now on show these."""
        self._families = families

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All of them."""
        return iter(self._families)


class ScrapeCollector(Collector):
    """Families that are filled anew at every scrape; `fill` must be quick and wait for nobody."""

    def __init__(self, definitions: Sequence[MetricDef], fill: Callable[[Families], None]) -> None:
        self._definitions = definitions
        self._fill = fill

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What they are now."""
        families = Families(self._definitions)
        self._fill(families)
        return iter(families)
