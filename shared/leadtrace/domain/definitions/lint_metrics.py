"""Lint of the metric catalogue: what nobody owns or decides by, or what leads to no money, is no metric."""

import re
from collections.abc import Iterator

from leadtrace.domain.definitions.finding import Finding
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.metric_model import PLACEHOLDER, MetricCatalogue, MetricRow, filled

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LARGEST_VERSION = 2**31 - 1
_REMEDIES = {
    "description": "write one sentence that says what it counts",
    "formula": "write how it is counted",
    "owner": "name the team that answers for it",
    "decision": "write what somebody decides by it, or take the metric out",
    "revenue_link": "write how it leads to revenue, or take the metric out",
}


def metric_findings(catalogue: MetricCatalogue) -> Iterator[Finding]:
    """Every rule that does not hold."""
    if not 1 <= catalogue.version <= _LARGEST_VERSION:
        yield Finding(("version",), f"{catalogue.version} is no version", "count versions from 1")
    seen: set[str] = set()
    for index, row in enumerate(catalogue.metrics):
        place: Path = ("metrics", index)
        for field, remedy in _REMEDIES.items():
            if not getattr(row, field).strip():
                yield Finding((*place, field), f"is empty: a metric needs its {field}", remedy)
        yield from _each(place, row)
        for one in filled(row):
            if not _NAME.fullmatch(one.name):
                remedy = "write small letters, digits and _, a letter first"
                yield Finding((*place, "name"), f"{one.name!r} cannot name a metric", remedy)
            if one.name in seen:
                yield Finding((*place, "name"), f"{one.name!r} is taken", "give each metric its own name")
            seen.add(one.name)


def _each(place: Path, row: MetricRow) -> Iterator[Finding]:
    if row.each and PLACEHOLDER not in row.name:
        remedy = f"write {PLACEHOLDER} where the text belongs, or take `each` out"
        yield Finding((*place, "name"), f"has no {PLACEHOLDER}", remedy)
    if not row.each and PLACEHOLDER in row.name:
        yield Finding((*place, "each"), "is empty", f"list the texts that take the place of {PLACEHOLDER}")
