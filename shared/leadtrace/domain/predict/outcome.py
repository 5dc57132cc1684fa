"""Whether a lead was won by a horizon, as far as anybody can know; an open lead is censored, not lost.

A lead counts only when its outcome by the horizon is known: won within it, or lost, or observed past it.
Those known are not a fair sample, since what ends early is known early, so each is weighted by the inverse
of its probability of still being watched then (formulas, 4.8; Graf et al. 1999).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Ending(NamedTuple):
    """When a lead was won and when it was lost (µs); at most one counts, the win."""

    won_at: int | None = None
    lost_at: int | None = None

    def by(self, moment: int) -> bool:
        """Whether the lead had ended by a moment (µs)."""
        return any(end is not None and end <= moment for end in self)


class Known(NamedTuple):
    """An outcome by the horizon: `decided_at` (µs) is when it was certain."""

    won: bool
    decided_at: int


def outcome_by(ending: Ending, *, at: int, horizon_us: int, observed_until: int) -> Known | None:
    """What became of a lead within `horizon_us` of `at`; None while nobody knows.

    `observed_until` (µs) is until when every win and loss is known; what is said to have ended later is not
    used. A lead that is lost within the horizon and won after the loss, but still within it, is won.
    """
    limit = at + horizon_us
    reached = min(limit, observed_until)
    if ending.won_at is not None and at < ending.won_at <= reached:
        return Known(won=True, decided_at=ending.won_at)
    if ending.lost_at is not None and at < ending.lost_at <= reached:
        return Known(won=False, decided_at=ending.lost_at)
    return Known(won=False, decided_at=limit) if observed_until >= limit else None


def censoring_weights(decided_after: Sequence[int | None], watched: Sequence[int]) -> NDArray[np.float64]:
    """The inverse probability of being watched until the outcome; 0 for a lead whose outcome is not known.

    `decided_after[i]` (µs) is how long after its moment the outcome of lead i was certain, `watched[i]`
    (µs) how long it was watched, win or no win. Watching ends on a date, for every lead, so that how long
    is known of all of them, and the share of leads watched at least so long is the Kaplan-Meier estimate
    itself.
    """
    known = np.array([after is not None for after in decided_after], dtype=np.bool_)
    weights = np.zeros(len(known))
    after = np.array([after for after in decided_after if after is not None], dtype=np.int64)
    weights[known] = inverse_shares(after, np.asarray(watched, dtype=np.int64))
    return weights


def inverse_shares(after: NDArray[np.int64], watched: NDArray[np.int64]) -> NDArray[np.float64]:
    """One over the share of leads that were watched (µs) at least so long (µs), for each of `after`."""
    lengths = np.sort(watched)
    still = len(lengths) - np.searchsorted(lengths, after, side="left")
    shares: NDArray[np.float64] = len(lengths) / still
    return shares
