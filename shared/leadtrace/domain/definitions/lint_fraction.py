"""Lint of a share: a number from 0 to 1 that can be counted exactly."""

from collections.abc import Iterator

from leadtrace.domain.definitions.finding import Finding
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.ten_thousandths import ONE, Fraction, ten_thousandths

_REMEDY = "write a number from 0 to 1, such as 0.25"


def fraction_findings(place: Path, number: Fraction) -> Iterator[Finding]:
    """What is wrong with it, if anything is."""
    try:
        counted = ten_thousandths(number)
    except ValueError as error:
        yield Finding(place, str(error), _REMEDY)
    else:
        if not 0 <= counted <= ONE:
            yield Finding(place, f"{number} is not within 0 and 1", _REMEDY)
