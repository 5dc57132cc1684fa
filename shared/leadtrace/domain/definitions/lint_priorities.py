"""Lint of priorities: hours are hours, and the hotter band is contacted no later."""

from collections.abc import Iterator
from math import isfinite

from leadtrace.domain.definitions.finding import Finding
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.model import Priorities

_HOURS: Path = ("priorities", "contact_within_hours")
# A year; a clock that runs longer reminds nobody.
_MOST = 8_784.0


def priority_findings(priorities: Priorities) -> Iterator[Finding]:
    """Every number of hours that is none, or that stands in the wrong order."""
    hours = priorities.contact_within_hours
    for band, given in (("hot", hours.hot), ("warm", hours.warm)):
        if given is not None and not (isfinite(given) and 0 < given <= _MOST):
            rule = f"{given} is not above 0 and at most {_MOST:g}"
            yield Finding((*_HOURS, band), rule, "write hours, or leave the band out: it has no clock then")
    if hours.hot is not None and hours.warm is not None and hours.hot > hours.warm:
        yield Finding((*_HOURS, "hot"), "is above warm", "let hot be contacted no later than warm")
