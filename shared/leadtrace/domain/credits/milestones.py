"""Which touch stands for each milestone of a deal: the last one at or before it."""

from bisect import bisect_right
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from leadtrace.domain.credits.touch import PathTouch


class Milestone(StrEnum):
    """What a path may pass, in the order in which it does."""

    FIRST_TOUCH = "first_touch"
    LEAD_CREATED = "lead_created"
    OPPORTUNITY_CREATED = "opportunity_created"
    CLOSED = "closed"


class Milestones(NamedTuple):
    """When (µs) the lead and the opportunity were created, None where nobody knows, and the deal was won."""

    created: int | None
    opportunity: int | None
    closed: int


# The index of the touch of each `Milestone`, in that order; None where it is missing.
Passed = tuple[int | None, ...]


def passed(path: Sequence[PathTouch], milestones: Milestones) -> Passed:
    """Where on a path, oldest touch first, each milestone lies; it is missing before the first touch."""
    moments = [touch.at for touch in path]
    first = 0 if moments else None
    return (first, *(_last_at(moments, moment) for moment in milestones))


def missing(found: Passed) -> tuple[Milestone, ...]:
    """The milestones that no touch stands for."""
    return tuple(one for one, index in zip(Milestone, found, strict=True) if index is None)


def _last_at(moments: Sequence[int], moment: int | None) -> int | None:
    if moment is None:
        return None
    return bisect_right(moments, moment) - 1 if moments and moments[0] <= moment else None
