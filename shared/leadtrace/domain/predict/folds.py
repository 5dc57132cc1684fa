"""Which rows a model is tried on that it was not trained on.

By time, as it will be used: trained on outcomes that were certain before the block it is tried on began. Or
at random with a seed, where rows have no times that mean anything.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.dataset import Row

FOLDS: Final = 5
# Inner folds have to find some of each; what is learnt from fewer says nothing of what is learnt from all.
FEWEST_OF_EACH: Final = 20

Places = NDArray[np.int64]


class Split(StrEnum):
    """How rows are told apart."""

    BY_TIME = "by_time"
    AT_RANDOM = "at_random"


class Fold(NamedTuple):
    """Places of the rows to learn from and of those to be tried on; never one in both."""

    train: Places
    test: Places


def folds(rows: Sequence[Row], split: Split, *, count: int = FOLDS, seed: int) -> list[Fold]:
    """The folds of rows in canonical order.

    By time those are left out that have too few wins or losses to learn from.
    """
    if split is Split.BY_TIME:
        return forward_folds(rows, count=count)
    return random_folds([row.won for row in rows], count=count, seed=seed)


def forward_folds(rows: Sequence[Row], *, count: int = FOLDS) -> list[Fold]:
    """Blocks of about equal counts in the order of time, all but the first tried on what was certain before.

    A row is learnt from only if its outcome was certain before the first row of the block was: whoever
    trained a model then could not have known more. Rows of one moment stay in one block.
    """
    moments = np.array([row.at for row in rows], dtype=np.int64)
    decided = np.array([row.decided_at for row in rows], dtype=np.int64)
    won = np.array([row.won for row in rows], dtype=np.bool_)
    cuts = sorted(
        {int(np.searchsorted(moments, moments[len(rows) * part // count])) for part in range(1, count)}
    )
    made = []
    for start, end in zip(cuts, [*cuts[1:], len(rows)], strict=True):
        train = np.flatnonzero((decided < moments[start]) & (moments < moments[start]))
        if min(won[train].sum(), (~won[train]).sum()) >= FEWEST_OF_EACH:
            made.append(Fold(train, np.arange(start, end)))
    return made


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
