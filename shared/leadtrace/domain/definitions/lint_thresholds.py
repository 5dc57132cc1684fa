"""Lint of bands and grades: thresholds rise, and a band is never left above where it is entered."""

from collections.abc import Iterator

from leadtrace.domain.definitions.finding import Finding
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.millipoints import millipoints
from leadtrace.domain.definitions.model import Bands, Grades, Scorecard

_BANDS: Path = ("scorecard", "bands")
_GRADES: Path = ("scorecard", "grades")


def threshold_findings(card: Scorecard) -> Iterator[Finding]:
    """Every threshold that is no number of points or stands in the wrong order."""
    for path, points in _numbers(card.bands, card.grades):
        try:
            millipoints(points)
        except ValueError as error:
            yield Finding(path, str(error), "write such a number")
    yield from _bands(card.bands)
    if card.grades.fit.a <= card.grades.fit.b:
        yield Finding((*_GRADES, "fit", "A"), "is not above B", "let A ask for more points than B")
    if card.grades.intent.one <= card.grades.intent.two:
        yield Finding((*_GRADES, "intent", "one"), "is not above two", "let `one` ask for more points")


def _bands(bands: Bands) -> Iterator[Finding]:
    for name, band in (("warm", bands.warm), ("hot", bands.hot)):
        if band.leave_below > band.enter_at:
            remedy = "let a band be left at or below where it is entered"
            yield Finding((*_BANDS, name, "leave_below"), "is above enter_at", remedy)
    for key in ("enter_at", "leave_below"):
        if getattr(bands.hot, key) <= getattr(bands.warm, key):
            yield Finding((*_BANDS, "hot", key), f"is not above {key} of warm", "let hot ask for more")


def _numbers(bands: Bands, grades: Grades) -> Iterator[tuple[Path, float]]:
    for name, band in (("warm", bands.warm), ("hot", bands.hot)):
        yield (*_BANDS, name, "enter_at"), band.enter_at
        yield (*_BANDS, name, "leave_below"), band.leave_below
    yield (*_GRADES, "fit", "A"), grades.fit.a
    yield (*_GRADES, "fit", "B"), grades.fit.b
    yield (*_GRADES, "intent", "one"), grades.intent.one
    yield (*_GRADES, "intent", "two"), grades.intent.two
