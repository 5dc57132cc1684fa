"""The samples of a page of Prometheus' text format, by name."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from prometheus_client.parser import text_string_to_metric_families

Labels: TypeAlias = Mapping[str, str]
Samples: TypeAlias = Mapping[str, Sequence[tuple[Labels, float]]]


def samples_of(text: str) -> Samples:
    """The labels and values of each name, in the order of the page.

    Raises:
        ValueError: it is no such page.
    """
    samples: dict[str, list[tuple[Labels, float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append((sample.labels, sample.value))
    return samples
