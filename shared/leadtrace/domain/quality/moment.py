"""Leads as they stood at one moment each: so many days after their capture, as the score's timeline tells it.

A point of the timeline stands until the next one. Bands are judged at midnights too, so the band is that of
the moment; points that faded since the last point are not taken off.
"""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.events.snapshots import ScorePoint

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# Where a lead has no such moment; later than any, with room for a horizon to be added.
NEVER: Final = 1 << 61
_NUMBER_OF = {band: number for number, band in enumerate(BANDS)}
_MOMENT = attrgetter("at")


class Lead(NamedTuple):
    """A captured lead: moments in µs; `omitted` counts points that the timeline keeps no longer.

    One that was deleted is judged no more: when and why it went is not said.
    """

    captured_at: int
    won_at: int | None
    lost_at: int | None
    timeline: Sequence[ScorePoint]
    omitted: int = 0
    deleted: bool = False


class LeftOut(msgspec.Struct, frozen=True):
    """Leads that are not judged, by the first reason that holds.

    `unscored` had no score by their moment, or one that is kept no longer.
    """

    deleted: int = 0
    too_young: int = 0
    won_before: int = 0
    lost_before: int = 0
    unscored: int = 0


class Sample(NamedTuple):
    """Judged leads, one a row: `points` are thousandths, `band` the place in `BANDS`; moments in µs."""

    at: Ints
    won_at: Ints
    lost_at: Ints
    points: Ints
    band: Ints

    def rows(self, chosen: Bools | Ints) -> "Sample":
        """Some of them."""
        return Sample(*(column[chosen] for column in self))


def score_at(timeline: Sequence[ScorePoint], at: int) -> ScorePoint | None:
    """The point that stood at a moment (µs), those of that very moment included; None before the first."""
    place = bisect_right(timeline, at, key=_MOMENT)
    return timeline[place - 1] if place else None


class Looks:
    """Looks at leads `age_days` after their capture; `until` (µs) is the moment up to which all is known."""

    def __init__(self, *, age_days: int, until: int) -> None:
        self._age_us = age_days * DAY_US
        self._until = until
        self._columns = [array("q") for _ in Sample._fields]
        self._left_out = dict.fromkeys(LeftOut.__struct_fields__, 0)

    def take(self, lead: Lead) -> None:
        """Look at one lead."""
        at = lead.captured_at + self._age_us
        why = self._why_not(lead, at)
        point = score_at(lead.timeline, at) if why is None else None
        if point is None or point.band not in _NUMBER_OF:
            self._left_out[why or "unscored"] += 1
            return
        row = (
            at,
            NEVER if lead.won_at is None else lead.won_at,
            NEVER if lead.lost_at is None else lead.lost_at,
            point.fit + point.intent,
            _NUMBER_OF[point.band],
        )
        for column, value in zip(self._columns, row, strict=True):
            column.append(value)

    def sample(self) -> tuple[Sample, LeftOut]:
        """Everyone who was judged, in an order of their own, and how many were not.

        Sums of doubles depend on the order, and the order in which leads came must change nothing.
        """
        made = Sample(*(np.array(column, dtype=np.int64) for column in self._columns))
        return made.rows(np.lexsort(tuple(reversed(made)))), LeftOut(**self._left_out)

    def _why_not(self, lead: Lead, at: int) -> str | None:
        if lead.deleted:
            return "deleted"
        if at > self._until:
            return "too_young"
        if lead.won_at is not None and lead.won_at <= at:
            return "won_before"
        return "lost_before" if lead.lost_at is not None and lead.lost_at <= at else None
