"""Which rows a model is tried on that it was not trained on.

By time, as it will be used: trained on outcomes that were certain before the block it is tried on began, and
weighted as of then. Or at random with a seed, where rows have no times that mean anything.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.predict.dataset import Dataset, Row
from leadtrace.domain.predict.floats import Floats
from leadtrace.domain.predict.outcome import inverse_shares

FOLDS: Final = 5
# Inner folds have to find some of each, wins, losses and leads watched for the whole horizon; what is learnt
# from fewer says nothing of what is learnt from all.
FEWEST_OF_EACH: Final = 20

Places = NDArray[np.int64]


class Split(StrEnum):
    """How rows are told apart."""

    BY_TIME = "by_time"
    AT_RANDOM = "at_random"


class Fold(NamedTuple):
    """Places of the rows to learn from and of those to be tried on; never one in both.

    Weights are those that rows have in this fold; None where their own stand.
    """

    train: Places
    test: Places
    train_weights: Floats | None = None
    test_weights: Floats | None = None

    def learnt_from(self, rows: Sequence[Row]) -> list[Row]:
        """The rows to learn from, weighted as in this fold."""
        return _weighted(rows, self.train, self.train_weights)

    def tried_on(self, rows: Sequence[Row]) -> list[Row]:
        """The rows to be tried on, weighted as in this fold."""
        return _weighted(rows, self.test, self.test_weights)


def folds(dataset: Dataset, split: Split, *, count: int = FOLDS, seed: int) -> list[Fold]:
    """The folds of a dataset in canonical order.

    By time those are left out that have too little to learn from.
    """
    if split is Split.BY_TIME:
        return forward_folds(dataset, count=count)
    return random_folds([row.won for row in dataset.rows], count=count, seed=seed)


def forward_folds(dataset: Dataset, *, count: int = FOLDS) -> list[Fold]:
    """Blocks of about equal counts in the order of time, all but the first tried on what was certain before.

    A row is learnt from only if its outcome was certain before the first row of the block was, and weighs
    what it did then: whoever trained a model then could not have known more. Blocks before which too few
    leads had been watched for the whole horizon are left out. Rows of one moment stay in one block.
    """
    times = _Times(dataset)
    rows = len(dataset.rows)
    cuts = sorted(
        {int(np.searchsorted(times.moments, times.moments[rows * part // count])) for part in range(1, count)}
    )
    made = []
    for start, end in zip(cuts, [*cuts[1:], rows], strict=True):
        train = times.certain_before(start)
        if len(train):
            made.append(Fold(train, np.arange(start, end), times.weights_before(start, train)))
    return times.weighted_as_tried(made)


class _Times:
    """When the leads of a dataset were looked at, and when their outcomes were certain (µs)."""

    def __init__(self, dataset: Dataset) -> None:
        self.moments = np.array([row.at for row in dataset.rows], dtype=np.int64)
        self._decided = np.array([row.decided_at for row in dataset.rows], dtype=np.int64)
        self._won = np.array([row.won for row in dataset.rows], dtype=np.bool_)
        self._until = dataset.observed_until
        self._horizon_us = dataset.horizon_days * DAY_US
        censored = np.array(dataset.censored_at, dtype=np.int64)
        # Of everyone: who is not known was watched too.
        self._everyone = np.concatenate([self.moments, censored])

    def certain_before(self, start: int) -> Places:
        """The rows that can be learnt from when a block begins; none where they are too few of any kind."""
        begun = self.moments[start]
        train = np.flatnonzero((self._decided < begun) & (self.moments < begun))
        counts = [self._won[train].sum(), (~self._won[train]).sum()]
        if self._until is not None:
            counts.append(np.count_nonzero(self.moments + self._horizon_us < begun))
        return train if min(counts) >= FEWEST_OF_EACH else train[:0]

    def weights_before(self, start: int, train: Places) -> Floats | None:
        """What rows weigh when watching ends just before a block begins."""
        if self._until is None:
            return None
        until = int(self.moments[start]) - 1
        return self._weights(train, self._everyone[self._everyone < until], until)

    def weighted_as_tried(self, made: list[Fold]) -> list[Fold]:
        """Blocks with the weights of those that are tried, all blocks together.

        The leads of the blocks left out were watched for longest. Counted in, they would make it look as if
        those tried had been too, and early endings would weigh too much.
        """
        if self._until is None or not made:
            return made
        first = self.moments[made[0].test[0]]
        tried = self._everyone[self._everyone >= first]
        if np.count_nonzero(tried + self._horizon_us <= self._until) < FEWEST_OF_EACH:
            return []
        return [fold._replace(test_weights=self._weights(fold.test, tried, self._until)) for fold in made]

    def _weights(self, places: Places, among: Places, until: int) -> Floats:
        return inverse_shares(self._decided[places] - self.moments[places], until - among)


def _weighted(rows: Sequence[Row], places: Places, weights: Floats | None) -> list[Row]:
    if weights is None:
        return [rows[place] for place in places]
    return [
        msgspec.structs.replace(rows[place], weight=float(weight))
        for place, weight in zip(places, weights, strict=True)
    ]


def random_folds(won: Sequence[bool], *, count: int = FOLDS, seed: int) -> list[Fold]:
    """Every row is tried once; wins and losses are dealt out apart, so that each fold has its share of both.

    Raises:
        ValueError: there are fewer wins or losses than folds.
    """
    labels = np.asarray(won, dtype=np.bool_)
    generator = np.random.default_rng(seed)
    part = np.zeros(len(labels), dtype=np.int64)
    for side in (True, False):
        places = np.flatnonzero(labels == side)
        if len(places) < count:
            raise ValueError(f"{len(places)} {'wins' if side else 'losses'} are too few for {count} folds")
        part[generator.permutation(places)] = np.arange(len(places)) % count
    return [Fold(np.flatnonzero(part != one), np.flatnonzero(part == one)) for one in range(count)]
