"""One training: try every recipe on rows that it has not learnt from, choose, learn from all, judge."""

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.dataset import Dataset, Row, digest, labels, weights_of
from leadtrace.domain.predict.evaluation import evaluate
from leadtrace.domain.predict.folds import Fold, folds
from leadtrace.domain.predict.judgement import counts_of, objections, shortages
from leadtrace.domain.predict.losses import Gain, gain_over
from leadtrace.domain.predict.model import Kind, Model, StoredModel, store_model
from leadtrace.domain.predict.training import Request, Result, Rival
from leadtrace.training.extra import one_thread
from leadtrace.training.recipes import (
    Ask,
    Names,
    Recipe,
    base_rate,
    learn_logistic,
    learn_naive_bayes,
    plain_naive_bayes,
    rules,
)

PLAIN: Final = "naive_bayes_uncalibrated"
_LEARN: Final = {Kind.NAIVE_BAYES: learn_naive_bayes, Kind.LOGISTIC: learn_logistic}


def train(request: Request) -> Result:
    """The result of a request whose rows are in canonical order.

    Raises:
        MissingExtraError: the extra `training` is not installed.
    """
    with one_thread():
        return _train(request)


def _train(request: Request) -> Result:
    rows, counts = request.dataset.rows, counts_of(request.dataset)
    known = partial(
        Result,
        wins=counts.wins,
        losses=counts.losses,
        censored=request.dataset.censored,
        split=request.split,
    )
    judge = partial(objections, counts, bar=request.bar)
    made = []
    if not shortages(counts, request.bar):
        made = folds(request.dataset, request.split, count=request.folds, seed=request.seed)
    if not made:
        return known(active=False, objections=judge(tried=0, gains={}))
    tried = [row for fold in made for row in fold.tried_on(rows)]
    won, weights = labels(tried), weights_of(tried)
    said = {
        name: out_of_fold(recipe, rows, made)
        for name, recipe in _recipes(request.dataset, request.seed).items()
    }
    fold_of = np.concatenate([np.full(len(fold.test), place) for place, fold in enumerate(made)])
    evaluations = {name: evaluate(one, won, weights, fold_of) for name, one in said.items()}
    chosen = min(Kind, key=lambda kind: evaluations[kind].log_loss)
    gains: dict[str, Gain | None] = {
        rival: gain_over(said[chosen], said[rival], won, weights) if rival in said else None
        for rival in Rival
    }
    found = judge(tried=len(tried), gains=gains)
    return known(
        active=not found,
        objections=found,
        tried=len(tried),
        folds=len(made),
        chosen=chosen.value,
        model=_final(request, chosen),
        evaluations=evaluations,
        gains=gains,
        libraries={name: version(name) for name in ("numpy", "scikit-learn", "scipy")},
    )


def out_of_fold(recipe: Recipe, rows: Sequence[Row], made: Sequence[Fold]) -> NDArray[np.float64]:
    """What a recipe says of the rows of all folds, fold after fold, each learnt from its own rows only."""
    return np.concatenate([recipe(fold.learnt_from(rows))(fold.tried_on(rows)) for fold in made])


def _recipes(dataset: Dataset, seed: int) -> dict[str, Recipe]:
    names = Names(dataset.texts, dataset.numbers)
    recipes: dict[str, Recipe] = {
        Rival.BASE_RATE: base_rate,
        PLAIN: lambda rows: plain_naive_bayes(rows, names),
    }
    for kind in Kind:
        recipes[kind] = partial(_ask, kind, names, seed)
    if all(row.rules is not None for row in dataset.rows):
        recipes[Rival.RULES] = rules
    return recipes


def _ask(kind: Kind, names: Names, seed: int, rows: Sequence[Row]) -> Ask:
    return _LEARN[kind](rows, names, seed=seed).ask


def _final(request: Request, kind: Kind) -> StoredModel:
    dataset = request.dataset
    learnt = _LEARN[kind](dataset.rows, Names(dataset.texts, dataset.numbers), seed=request.seed)
    wins = sum(row.won for row in dataset.rows)
    return store_model(
        Model(
            kind=kind,
            horizon_days=dataset.horizon_days,
            terms=learnt.terms,
            teams=learnt.teams,
            calibration=learnt.calibration,
            trained_on=digest(dataset),
            wins=wins,
            losses=len(dataset.rows) - wins,
        ),
        request.version,
    )
