"""The work list as segments, one after the other: a band with its clock running, then the rest of the band.

Each is sorted by what its index holds, so that a page reads one or two of them and never sorts all leads.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.definitions.model import ContactHours


@dataclass(frozen=True, slots=True)
class Segment:
    """Leads of one band, None for those without a score; `hours` is their clock, None without one.

    `place` is the same whichever bands have a clock: it stands in cursors, and definitions may change.
    """

    place: int
    band: str | None
    hours: float | None
    # Whether others of the band have a clock, so that these are those without.
    rest: bool


def segments(hours: ContactHours, bands: Sequence[str] = ()) -> tuple[Segment, ...]:
    """All of them in order, hot first; only those of some bands if any are given."""
    made: list[Segment] = []
    for number, band in enumerate((*reversed(BANDS), None)):
        clock = getattr(hours, band, None) if band is not None else None
        if clock is not None:
            made.append(Segment(2 * number, band, clock, rest=False))
        made.append(Segment(2 * number + 1, band, None, rest=clock is not None))
    return tuple(one for one in made if not bands or one.band in bands)
