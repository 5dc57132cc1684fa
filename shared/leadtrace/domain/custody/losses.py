"""Why a lead was lost, where that was said of its deal and of nothing else."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from leadtrace.domain.custody.hands import Handed
from leadtrace.events.custody import Ending


class Loss(NamedTuple):
    """A deal whose loss at `at` (µs) was the end of its lead, and the reason that was given."""

    at: int
    reason: str


def explain(offers: Sequence[Handed], losses: Sequence[Loss]) -> None:
    """Give what was lost without a reason the first one of a deal, up to the next offer; both in order.

    What was said of the lead itself stays.
    """
    if not losses:
        return
    for one, following in pairwise([*offers, None]):
        if one is None or one.ended_as is not Ending.LOST or one.ended_at is None or one.end_reason:
            continue
        since, until = one.ended_at, None if following is None else following.at
        # What was lost at the very moment of the next offer was lost before it.
        told = (loss for loss in losses if loss.at >= since and (until is None or loss.at <= until))
        first = next(told, None)
        one.end_reason = None if first is None else first.reason
