"""What is said of a metric before it is live: name, type, unit, labels with their bound, a sentence, by whom.

A room declares `MetricDef` constants in its modules named `metrics`; together they are the catalogue.
"""

import importlib
import pkgutil
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_NAME = re.compile(r"^leadtrace(_[a-z][a-z0-9]*){2,}$")
_LABEL = re.compile(r"^[a-z][a-z_]*$")


class MetricType(StrEnum):
    """How Prometheus treats the values."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Process(StrEnum):
    """The processes of an installation, each with a `/metrics` of its own."""

    DOOR = "door"
    RELAY = "relay"
    SCORING = "scoring"
    ATTRIBUTION = "attribution"
    WEBHOOKS = "webhooks"
    PROJECTOR = "projector"
    API = "api"


EVERY_PROCESS = tuple(Process)
READERS = (Process.SCORING, Process.ATTRIBUTION, Process.PROJECTOR)


@dataclass(frozen=True, slots=True)
class Label:
    """A label: `bound` says what bounds its values, `most` how many there are at most in one process.

    `values` are all of them where they are known beforehand.

    Raises:
        ValueError: the name is no snake_case, or nothing bounds the label.
    """

    name: str
    bound: str
    most: int = 0
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _LABEL.match(self.name):
            raise ValueError(f"{self.name}: labels are snake_case words")
        if not self.bound or self.largest < 1:
            raise ValueError(f"{self.name}: nothing bounds this label")

    @property
    def largest(self) -> int:
        """How many values there are at most."""
        return len(self.values) or self.most


@dataclass(frozen=True, slots=True)
class MetricDef:
    """One metric: `leadtrace_<noun>_<unit>`, counters with `_total`, base units, bounded labels.

    `unit` is a Prometheus base unit (`seconds`, `bytes`, `ratio`), what is counted (`records`), `amount` for
    money in whole units of the label `currency`, or `info`. `sentence` says what an operator learns from it.

    Raises:
        ValueError: the name, a label or the sentence breaks the rules.
    """

    name: str
    type: MetricType
    unit: str
    sentence: str
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = LATENCY_BUCKETS_S
    processes: tuple[Process, ...] = field(kw_only=True)

    def __post_init__(self) -> None:
        stem = self.name.removesuffix("_total")
        problems = [
            (not _NAME.match(self.name), "must look like leadtrace_<noun>_<unit>"),
            (not stem.endswith(f"_{self.unit}"), f"must end with its unit {self.unit}"),
            ((self.type is MetricType.COUNTER) != self.name.endswith("_total"), "_total marks counters"),
            (self.unit == "amount" and "currency" not in self.label_names, "money has a label currency"),
            (len(set(self.label_names)) < len(self.labels), "has a label twice"),
            (not self.sentence.endswith("."), "needs a sentence"),
            (not self.processes, "is served by no process"),
        ]
        broken = [text for wrong, text in problems if wrong]
        if broken:
            raise ValueError(f"{self.name}: {', '.join(broken)}")

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names of the labels, in their order."""
        return tuple(label.name for label in self.labels)


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
