"""Where interest is going: intent against seven days ago, by the points of the timeline.

What faded since the last point is not taken off on either side, so a lead that nobody hears of is steady.
"""

from enum import StrEnum
from typing import Final

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.quality.moment import score_at
from leadtrace.events.snapshots import LeadScore

DAYS: Final = 7
# Thousandths: five points are one campaign answered, by the definitions as they are shipped.
THRESHOLD: Final = 5_000


class Direction(StrEnum):
    """`rising` and `falling` by at least five points."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


def change(score: LeadScore, now: int) -> int | None:
    """In thousandths of a point; None where the timeline does not reach back so far any more."""
    then = score_at(score.timeline, now - DAYS * DAY_US)
    if then is None and score.timeline_omitted:
        return None
    return score.intent - (then.intent if then is not None else 0)


def direction(changed: int) -> Direction:
    """What a change is called."""
    if abs(changed) < THRESHOLD:
        return Direction.STEADY
    return Direction.RISING if changed > 0 else Direction.FALLING
