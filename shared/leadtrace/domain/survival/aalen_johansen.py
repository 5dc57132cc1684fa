"""Aalen-Johansen: the cumulative incidence of two ends that compete (reference, 4.7).

`CIF_j(t) = sum over t_k <= t of S(t_k-) d_jk / n_k`, with S from both causes; won, lost and open sum to 1 at
every time. At one time ends come before censorings: whoever is censored at it is still at risk. To take what
is lost for censored instead overstates what is won.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Times = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Incidence:
    """Steps at `times`, ascending: from each on these shares are won, lost and open.

    Times have the unit of what they were made of; before the first everything is open.
    """

    times: Times
    won: Times
    lost: Times
    open: Times

    def won_by(self, times: ArrayLike) -> Times:
        """The share won by each of these times, which may be of any shape."""
        return _at(self.times, self.won, 0.0, times)

    def lost_by(self, times: ArrayLike) -> Times:
        """The share lost by each of these times."""
        return _at(self.times, self.lost, 0.0, times)

    def open_at(self, times: ArrayLike) -> Times:
        """The share that is open after each of these times."""
        return _at(self.times, self.open, 1.0, times)

    def remaining_wins(self, ages: ArrayLike, horizon: float) -> Times:
        """For each that is open at an age, the probability of a win by the horizon.

        `(CIF_won(horizon) - CIF_won(age)) / S(age)`; 0 beyond the horizon, and where nobody is open so long.
        """
        given = np.minimum(np.asarray(ages, dtype=np.float64), horizon)
        still = self.open_at(given)
        ahead = self.won_by(horizon) - self.won_by(given)
        chance = np.divide(ahead, still, out=np.zeros_like(still), where=still > 0)
        return np.clip(chance, 0.0, 1.0)


def incidence(won: ArrayLike, lost: ArrayLike, censored: ArrayLike) -> Incidence:
    """The incidence of both ends by the times at which each one was won, lost or last seen open.

    All were watched from 0. Without anything that ended there are no steps.
    """
    wins, losses, last_seen = (np.sort(np.asarray(part, dtype=np.float64)) for part in (won, lost, censored))
    ended = np.sort(np.concatenate([wins, losses]))
    times = np.unique(ended)
    left = np.searchsorted(ended, times, "left") + np.searchsorted(last_seen, times, "left")
    return _of(times, _counts(wins, times), _counts(losses, times), len(ended) + len(last_seen) - left)


def incidence_of_counts(ticks: ArrayLike, won: ArrayLike, lost: ArrayLike, censored: ArrayLike) -> Incidence:
    """The same from how many were won, lost or last seen open at each of the ticks, which ascend."""
    wins, losses, last_seen = (np.asarray(part, dtype=np.int64) for part in (won, lost, censored))
    at_risk = np.cumsum((wins + losses + last_seen)[::-1])[::-1]
    told = wins + losses > 0
    return _of(np.asarray(ticks, dtype=np.float64)[told], wins[told], losses[told], at_risk[told])


def _of(
    times: Times, won: NDArray[np.int64], lost: NDArray[np.int64], at_risk: NDArray[np.int64]
) -> Incidence:
    staying: Times = np.cumprod(1.0 - (won + lost) / at_risk, dtype=np.float64)
    before: Times = np.concatenate([[1.0], staying[:-1]])[: len(times)]
    wins_by: Times = np.cumsum(before * won / at_risk)
    losses_by: Times = np.cumsum(before * lost / at_risk)
    return Incidence(times, wins_by, losses_by, staying)


def _counts(ordered: Times, times: Times) -> NDArray[np.int64]:
    counts: NDArray[np.int64] = np.searchsorted(ordered, times, "right") - np.searchsorted(
        ordered, times, "left"
    )
    return counts


def _at(steps: Times, values: Times, before: float, times: ArrayLike) -> Times:
    places = np.searchsorted(steps, np.asarray(times, dtype=np.float64), "right")
    found: Times = np.concatenate([[before], values])[places]
    return found
