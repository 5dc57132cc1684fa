"""Conversion rates that own up to what is still open, of many groups at once (reference, 4.7).

Of leads that entered a step some were won, some lost, and some are still under way. `won / all` takes those
for lost, `won / ended` takes them for like the others; Aalen-Johansen counts each for as long as it was seen:
`F(t) = sum over t_k <= t of S(t_k-) w_k / n_k`, with S from both ends and ends before what is censored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.survival.aalen_johansen import Times

MATURE: Final = 0.8
# A year: what has not come by then is not waited for.
LONGEST_HORIZON_S: Final = 365 * 86_400.0
_ROUNDING: Final = 1e-12

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Ends:
    """How many left a step at each tick (s of age, ascending), by how they left; ticks are the last axis.

    `gone` were not watched further; `open` are under way, and are at the tick of their age. `late` of all
    these were watched from that tick on only (left truncation): they are at risk from it on. Where a tick
    stands for a bin of ages, `unseen` says for how many of those at risk nobody watched it, by the part of
    the bin (the actuarial correction of life tables: Cutler and Ederer 1958).
    """

    ticks: Times
    won: Counts
    lost: Counts
    gone: Counts
    open: Counts
    late: Counts
    unseen: Times | float = 0.0

    @cached_property
    def ended(self) -> Counts:
        """Those won and lost at each tick."""
        return self.won + self.lost

    @cached_property
    def n(self) -> Counts:
        """How many entered the step."""
        entered: Counts = (self.ended + self.gone + self.open).sum(axis=-1)
        return entered

    @cached_property
    def at_risk(self) -> Counts:
        """How many were watched at each tick; those who came or left at it among them."""
        came = _from_here_on(self.ended + self.gone + self.open) - _from_here_on(self.late) + self.late
        # A clock that is wrong can say of somebody that it came after it left.
        risk: Counts = np.maximum(came, self.ended)
        return risk

    @cached_property
    def watched(self) -> Times:
        """How many of them were watched, those who were for a part of the tick in part.

        At the last tick that anybody came to all count: what is told ends within it.
        """
        unseen = np.where(_from_here_on(self.at_risk) > self.at_risk, self.unseen, 0.0)
        seen: Times = np.maximum(self.at_risk - unseen, self.ended)
        # Nobody ends where nobody is.
        return np.where(seen > 0, seen, 1.0)

    @cached_property
    def staying(self) -> Times:
        """S: the share that is neither won nor lost after each tick."""
        left: Times = np.cumprod(1.0 - self.ended / self.watched, axis=-1, dtype=np.float64)
        return left

    @cached_property
    def before(self) -> Times:
        """S before each tick."""
        return np.concatenate([np.ones_like(self.staying[..., :1]), self.staying[..., :-1]], axis=-1)

    @cached_property
    def won_by(self) -> Times:
        """F: the share won by each tick."""
        by: Times = np.cumsum(self.before * self.won / self.watched, axis=-1)
        return by

    @cached_property
    def variance_by(self) -> Times:
        """The variance of the share won by each tick, by the delta method.

        Marubini and Valsecchi (1995), 10.11: `sum over t_k <= t of (F(t) - F(t_k))^2 d_k / (n_k (n_k - d_k))
        + S(t_k-)^2 w_k (n_k - w_k) / n_k^3 - 2 (F(t) - F(t_k)) S(t_k-) w_k / n_k^2`, with d of both ends and
        w of the won. 0 before any end.
        """
        of_all, of_won, together = self._terms
        share = self.won_by
        # The squares multiplied out, so that sums over k are kept from tick to tick.
        squares = (
            share**2 * _so_far(of_all) - 2 * share * _so_far(of_all * share) + _so_far(of_all * share**2)
        )
        products = share * _so_far(together) - _so_far(together * share)
        sums: Times = np.maximum(squares + _so_far(of_won) - 2 * products, 0.0)
        return sums

    @property
    def variance(self) -> Times:
        """That of the share won by the last tick alone, which is quicker."""
        of_all, of_won, together = self._terms
        ahead = self.won_by[..., -1:] - self.won_by
        sums: Times = (ahead * (ahead * of_all - 2 * together) + of_won).sum(axis=-1)
        return np.maximum(sums, 0.0)

    @property
    def _terms(self) -> tuple[Times, Times, Times]:
        """At each tick what both ends put into the variance, what the won do, and what both do together."""
        n = self.watched
        # Where all at risk end nothing is ahead.
        rest = np.where(n > self.ended, n - self.ended, np.inf)
        winning = self.before * self.won / n
        return self.ended / (n * rest), winning * self.before * (1 - self.won / n) / n, winning / n


def _from_here_on(counts: Counts) -> Counts:
    sums: Counts = np.cumsum(counts[..., ::-1], axis=-1)[..., ::-1]
    return sums


def _so_far(parts: Times) -> Times:
    sums: Times = np.cumsum(parts, axis=-1)
    return sums


@dataclass(frozen=True, slots=True)
class HonestRates:
    """The share of `n` that is won by the greatest age at which anybody was still watched; one an element.

    `open` are under way; `complete` says that nobody is, nor gone, nor came late: then the share is the plain
    one.
    `maturity` is the part of all wins to be expected that is there; NaN where nobody can tell, as the share
    of nobody.
    """

    ends: Ends
    n: Counts
    won: Counts
    open: Counts
    complete: NDArray[np.bool_]
    value: Times
    variance: Times
    maturity: Times

    def times(self, shares: Sequence[float]) -> Times:
        """The ages (s) by which these shares of those who win have won, on the last axis; NaN: not reached.

        All who win are what is won by now over the maturity: what is yet to come is slower than what came.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            in_the_end = self.ends.won_by[..., -1] / self.maturity
        found = []
        for share in shares:
            there = self.ends.won_by >= (share * in_the_end * (1 - _ROUNDING))[..., None]
            reached = there.any(axis=-1) & (self.ends.won_by[..., -1] > 0)
            found.append(np.where(reached, self.ends.ticks[there.argmax(axis=-1)], np.nan))
        return np.stack(found, axis=-1)


def honest_rates(ends: Ends, older: Ends) -> HonestRates:
    """The rates of groups, exact for their ticks whatever is open; `older` are leads to compare them with.

    Both have the same ticks, and shapes that numpy can match.
    """
    won, still, gone, late = (part.sum(axis=-1) for part in (ends.won, ends.open, ends.gone, ends.late))
    n = ends.n
    complete = (still == 0) & (gone == 0) & (late == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = won / n
    # The product of many shares misses the plain one by the rounding of its last digit.
    value = np.where(complete | (n == 0), plain, ends.won_by[..., -1])
    return HonestRates(ends, n, won, still, complete, value, ends.variance, _maturity(ends, won, older))


def _maturity(ends: Ends, won: Counts, older: Ends) -> Times:
    """`won / (won + expected)`: in expectation F(age) / F(horizon), and exact about what has come."""
    chances, any_wins = _chances(older)
    to_come = (chances * ends.open).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(to_come > 0, won / (won + to_come), 1.0)
    nobody_can_tell = (ends.open.any(axis=-1) & ~any_wins) | (ends.n == 0)
    found: Times = np.where(nobody_can_tell, np.nan, part)
    return found


def _chances(older: Ends) -> tuple[Times, NDArray[np.bool_]]:
    """For each tick the probability to be won by the horizon of who is open then, and whether any ever was.

    `(F(horizon) - F(age)) / S(age)`; the horizon is the greatest age that was watched, a year at most.
    """
    watched = (older.at_risk > 0) & (older.ticks <= LONGEST_HORIZON_S)
    last = np.where(watched.any(axis=-1), watched.shape[-1] - 1 - watched[..., ::-1].argmax(axis=-1), 0)
    by_horizon = np.take_along_axis(older.won_by, last[..., None], axis=-1)
    ahead = np.where(watched, np.clip(by_horizon - older.won_by, 0.0, 1.0), 0.0)
    chances = np.divide(ahead, older.staying, out=np.zeros_like(ahead), where=older.staying > _ROUNDING)
    return np.clip(chances, 0.0, 1.0), by_horizon[..., 0] > 0
