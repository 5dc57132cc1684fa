"""A conversion rate that owns up to what is still open (reference, 4.7).

Of leads that entered a step some were won, some lost, and some are still under way. `won / all` takes those
for lost, `won / ended` takes them for like the others; Aalen-Johansen counts each for as long as it was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.survival.aalen_johansen import Incidence, Times, incidence_of_counts
from leadtrace.domain.survival.intervals import Interval, log_minus_log, wilson

MATURE: Final = 0.8
_ROUNDING: Final = 1e-12
# A year: what has not come by then is not waited for.
LONGEST_HORIZON_S: Final = 365 * 86_400.0

Counts = NDArray[np.int64]


class Method(StrEnum):
    """How a rate was made."""

    AALEN_JOHANSEN = "aalen_johansen"
    WILSON = "wilson"


@dataclass(frozen=True, slots=True)
class Ends:
    """How many left a step at each tick (s of age, ascending), by how they left.

    `gone` were not watched further; `open` are under way, and are at the tick of their age.
    """

    ticks: Times
    won: Counts
    lost: Counts
    gone: Counts
    open: Counts

    @property
    def n(self) -> int:
        """How many entered the step."""
        return int(self.won.sum() + self.lost.sum() + self.gone.sum() + self.open.sum())

    def incidence(self) -> Incidence:
        """The shares won and lost by age."""
        return incidence_of_counts(self.ticks, self.won, self.lost, self.gone + self.open)


@dataclass(frozen=True, slots=True)
class Reference:
    """How leads fared that are older: by it a cohort is told what it has yet to expect."""

    ends: Incidence
    horizon_s: float

    def expected(self, ends: Ends) -> float:
        """How many of the open are expected to be won by the horizon."""
        chances = self.ends.remaining_wins(ends.ticks, self.horizon_s)
        return float((chances * ends.open).sum())


@dataclass(frozen=True, slots=True)
class HonestRate:
    """The share of `n` that is won by the greatest age at which anybody was still watched.

    `open` are under way; without any, and without anybody gone, the method is Wilson's. `naive` is won / n.
    `maturity` is the part of all wins to be expected that is there; None where nobody can tell.
    """

    value: float | None
    n: int
    open: int
    method: Method
    interval: Interval | None
    naive: float | None
    maturity: float | None

    @property
    def immature(self) -> bool:
        """Whether the rate is too young to be ranked, or nobody can tell."""
        return self.maturity is None or self.maturity < MATURE


def reference(ends: Ends) -> Reference:
    """The reference that all leads are, up to a year."""
    seen = np.flatnonzero(ends.won + ends.lost + ends.gone + ends.open)
    longest = float(ends.ticks[seen[-1]]) if len(seen) else 0.0
    return Reference(ends.incidence(), min(longest, LONGEST_HORIZON_S))


def honest_rate(ends: Ends, older: Reference) -> HonestRate:
    """The rate of a step: exact for its ticks, whatever is open."""
    n, won, still = ends.n, int(ends.won.sum()), int(ends.open.sum())
    complete = still == 0 and not ends.gone.any()
    naive = won / n if n else None
    if complete:
        return HonestRate(naive, n, 0, Method.WILSON, wilson(won, n), naive, 1.0 if n else None)
    found = ends.incidence()
    value = float(found.won[-1]) if len(found.times) else 0.0
    interval = log_minus_log(value, found.variance_of_won())
    return HonestRate(value, n, still, Method.AALEN_JOHANSEN, interval, naive, _maturity(ends, won, older))


def times_to_win(ends: Ends, maturity: float | None, shares: Sequence[float]) -> list[float | None]:
    """The age (s) by which each share of those who win has won; None where it is not reached, or not known.

    All who win are what is won by now over the maturity: what is yet to come is slower than what came.
    """
    found = ends.incidence()
    if maturity is None or maturity <= 0 or not len(found.times) or not found.won[-1]:
        return [None for _ in shares]
    in_the_end = found.won[-1] / maturity
    places = [int(np.searchsorted(found.won, share * in_the_end * (1 - _ROUNDING))) for share in shares]
    return [float(found.times[place]) if place < len(found.times) else None for place in places]


def _maturity(ends: Ends, won: int, older: Reference) -> float | None:
    """`won / (won + expected)`: in expectation F(age) / F(horizon), and exact about what has come."""
    if not ends.open.any():
        return 1.0
    if not float(older.ends.won_by(older.horizon_s)):
        return None
    to_come = older.expected(ends)
    return won / (won + to_come) if to_come > 0 else 1.0
