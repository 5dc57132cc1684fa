"""How well scores put wins above losses: AUC with DeLong's interval, and the lift of each tenth."""

from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.floats import Z_95, Floats

TENTHS: Final = 10
_NOTHING: Final = 1e-12


class Auc(NamedTuple):
    """The chance that a win scores above a loss, ties counting half, with its 95 % interval.

    Its ends are None where so few leads, or such that are ranked without a fault, do not tell how far off it
    may be.
    """

    value: float
    low: float | None
    high: float | None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Both ends."""
        return None if self.low is None or self.high is None else (self.low, self.high)


class Tenth(msgspec.Struct, frozen=True):
    """A tenth of the leads, the best scored first: `lift` is its rate of wins over that of all."""

    leads: int
    rate: float
    lift: float


def auc(
    scores: Floats, won: NDArray[np.bool_], weights: Floats, groups: NDArray[np.int64] | None = None
) -> Auc | None:
    """None without both wins and losses; all of shape (rows,).

    With `groups` only leads of one group are compared, such as those that one model was tried on: between
    folds of different times the level of a forecast alone would rank. Groups count by their pairs.

    The interval is that of DeLong et al. 1988, from the placements of each win among the losses and of each
    loss among the wins, by ranks as in Sun and Xu 2014. With weights placements are weighted, which is the
    same for equal ones; wins and losses are then taken as drawn with these weights.
    """
    places = (
        [np.arange(len(won))] if groups is None else [np.flatnonzero(groups == one) for one in set(groups)]
    )
    parts = [_one(scores[at], won[at], weights[at]) for at in sorted(places, key=lambda at: int(at[0]))]
    known = [part for part in parts if part is not None]
    if not known:
        return None
    pairs = sum(part.pairs for part in known)
    value = sum(part.pairs * part.value for part in known) / pairs
    variances = [(part.pairs / pairs) ** 2 * part.variance for part in known if part.variance is not None]
    if len(variances) < len(known):
        return Auc(value, None, None)
    error = Z_95 * float(np.sqrt(sum(variances)))
    return Auc(value, max(0.0, value - error), min(1.0, value + error))


class _Part(NamedTuple):
    value: float
    variance: float | None
    pairs: float


def _one(scores: Floats, won: NDArray[np.bool_], weights: Floats) -> _Part | None:
    if won.all() or not won.any():
        return None
    above = _placements(scores[won], scores[~won], weights[~won])
    below = 1.0 - _placements(scores[~won], scores[won], weights[won])
    value = float(np.average(above, weights=weights[won]))
    pairs = float(weights[won].sum() * weights[~won].sum())
    if min(len(above), len(below)) == 1:
        return _Part(value, None, pairs)
    variance = _variance(above, weights[won], value) + _variance(below, weights[~won], value)
    # That no pair is out of order says little of the next one; a score that ranks nobody is sure to do so.
    faultless = variance <= _NOTHING and abs(value - 0.5) > _NOTHING
    return _Part(value, None if faultless else variance, pairs)


def _placements(scores: Floats, others: Floats, weights: Floats) -> Floats:
    """For each score the weighted share of `others` below it, equal ones counting half."""
    order = np.argsort(others, kind="stable")
    ordered = others[order]
    below = np.concatenate(([0.0], np.cumsum(weights[order])))
    first, last = np.searchsorted(ordered, scores, "left"), np.searchsorted(ordered, scores, "right")
    share: Floats = (below[first] + below[last]) / (2.0 * below[-1])
    return share


def _variance(placements: Floats, weights: Floats, mean: float) -> float:
    """The variance of a weighted mean of two rows or more."""
    count = len(placements)
    spread = float(np.sum((weights * (placements - mean)) ** 2)) / float(weights.sum()) ** 2
    return spread * count / (count - 1)


def lift_by_tenth(scores: Floats, won: NDArray[np.bool_], weights: Floats) -> tuple[Tenth, ...]:
    """Ten groups of equal counts by falling score, fewer for fewer rows.

    Leads of one score share their wins and weights, so that the order in which they came changes nothing.
    """
    order = np.argsort(-scores, kind="stable")
    overall = float(np.average(won, weights=weights))
    _, of_score = np.unique(scores, return_inverse=True)
    alike = np.bincount(of_score)
    mass = (np.bincount(of_score, weights=weights) / alike)[of_score]
    hits = (np.bincount(of_score, weights=weights * won) / alike)[of_score]
    tenths = []
    for places in np.array_split(order, min(TENTHS, len(order))):
        rate = float(hits[places].sum() / mass[places].sum())
        tenths.append(Tenth(len(places), rate, rate / overall if overall else 0.0))
    return tuple(tenths)
