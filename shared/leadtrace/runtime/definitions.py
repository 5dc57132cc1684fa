"""Definitions as every process reads them, and those that are shipped, read and linted once at start."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leadtrace.domain.definitions.metric_model import MetricCatalogue
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.parse import parse_definitions, parse_either, parse_metrics
from leadtrace.runtime.business_calendars import holiday_findings
from leadtrace.runtime.shipped import shipped_path

_VERSION_IN_FORCE = "v1.yaml"
_METRICS = "metrics.yaml"
_VERSION = re.compile(r"v(\d+)\.yaml")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every version of the definitions that is there, oldest first, which one is live, and the catalogue."""

    versions: tuple[Definitions, ...]
    live: int
    metrics: MetricCatalogue

    @property
    def in_force(self) -> Definitions:
        """The live version."""
        return next(one for one in self.versions if one.version == self.live)

    def version(self, number: int) -> Definitions | None:
        """The definitions of this version, or None."""
        return next((one for one in self.versions if one.version == number), None)


def read_definitions(text: bytes, name: str) -> Definitions:
    """The definitions that a text holds, its holidays checked; `name` is what messages call the file.

    Raises:
        DefinitionsError: the text breaks a rule; every finding is named with its line.
    """
    return parse_definitions(text, name, holiday_findings)


def read_either(text: bytes, name: str) -> Definitions | MetricCatalogue:
    """Definitions or a metric catalogue, whichever the text holds; errors as of `read_definitions`."""
    return parse_either(text, name, holiday_findings)


def live_definitions() -> Definitions:
    """What marketing and sales agreed on.

    Raises:
        DefinitionsError: the file breaks a rule; every finding is named with its line.
    """
    return _read(live_path())


def live_path() -> Path:
    """Where the definitions in force lie."""
    return shipped_path("definitions", _VERSION_IN_FORCE)


def shipped_files() -> Sequence[Path]:
    """The files of all versions, oldest first, and that of the metric catalogue last."""
    found = {
        int(number[1]): path
        for path in live_path().parent.iterdir()
        if (number := _VERSION.fullmatch(path.name)) is not None
    }
    return [*(found[number] for number in sorted(found)), shipped_path("definitions", _METRICS)]


def shipped_shelf() -> Shelf:
    """Everything that is shipped.

    Raises:
        DefinitionsError: a file breaks a rule; every finding is named with its line.
    """
    *versions, metrics = shipped_files()
    return Shelf(
        tuple(map(_read, versions)),
        live_definitions().version,
        parse_metrics(metrics.read_bytes(), metrics.name),
    )


def _read(path: Path) -> Definitions:
    return read_definitions(path.read_bytes(), path.name)
