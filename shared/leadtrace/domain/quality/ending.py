"""What became of a sample by a horizon, for a million leads at once.

It is `predict.outcome.outcome_by` and `censoring_weights` over columns, and tests hold it to them.
"""

from typing import NamedTuple

import numpy as np

from leadtrace.domain.predict.floats import Floats
from leadtrace.domain.quality.moment import Bools, Ints, Sample


class Endings(NamedTuple):
    """One a row: whether the outcome by the horizon is known, whether it is a win, and how long it took.

    `watched` (µs) is how long each lead was watched, `after` (µs) when its outcome was certain; of use only
    where it is known.
    """

    known: Bools
    won: Bools
    after: Ints
    watched: Ints
    horizon_us: int

    @property
    def mature(self) -> int:
        """How many were watched for the whole horizon; without any, no rate by the horizon can be told."""
        return int(np.count_nonzero(self.watched >= self.horizon_us))

    def rows(self, chosen: Bools | Ints) -> "Endings":
        """Those of some leads."""
        columns = (self.known[chosen], self.won[chosen], self.after[chosen], self.watched[chosen])
        return Endings(*columns, self.horizon_us)


def endings(sample: Sample, *, horizon_us: int, until: int) -> Endings:
    """As far as anybody could know at `until` (µs); nobody judged later may be among them."""
    limit = sample.at + horizon_us
    reached = np.minimum(limit, until)
    won = (sample.at < sample.won_at) & (sample.won_at <= reached)
    lost = ~won & (sample.at < sample.lost_at) & (sample.lost_at <= reached)
    decided = np.where(won, sample.won_at, np.where(lost, sample.lost_at, limit))
    return Endings(
        known=won | lost | (limit <= until),
        won=won,
        after=decided - sample.at,
        watched=until - sample.at,
        horizon_us=horizon_us,
    )


def weights(found: Endings) -> Floats:
    """The inverse of the share that was watched at least as long as the outcome took; 0 where unknown."""
    made = np.zeros(len(found.known))
    lengths = np.sort(found.watched)
    still = len(lengths) - np.searchsorted(lengths, found.after[found.known], side="left")
    made[found.known] = len(lengths) / still
    return made
