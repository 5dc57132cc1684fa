"""How each forecast is learnt from rows and asked about others.

A recipe is tried as a whole: strength and calibration are chosen inside, on folds of the rows that it learns
from, so that nothing is ever chosen by the rows that it is tried on.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.dataset import Row, labels, weights_of
from leadtrace.domain.predict.floats import Floats, sigmoid
from leadtrace.domain.predict.folds import random_folds
from leadtrace.domain.predict.losses import log_loss
from leadtrace.domain.predict.model import Calibration, Kind, micro_by
from leadtrace.domain.predict.naive_bayes import count, terms_of
from leadtrace.domain.predict.platt import fit_line
from leadtrace.domain.predict.terms import MICRO, Terms, probabilities, scaled
from leadtrace.training.design import design_for
from leadtrace.training.logistic import fit_logistic

INNER_FOLDS: Final = 3
STRENGTHS: Final = (0.01, 0.1, 1.0)
_POINT: Final = 1_000

Ask: TypeAlias = Callable[[Sequence[Row]], Floats]
Recipe: TypeAlias = Callable[[Sequence[Row]], Ask]


class Learnt(NamedTuple):
    """Calibrated terms; `teams` are those with terms of their own."""

    kind: Kind
    terms: Terms
    teams: dict[str, Terms]
    calibration: Calibration

    def ask(self, rows: Sequence[Row]) -> Floats:
        """The probability of each row, shape (rows,)."""
        return probabilities(micro_by(self.terms, self.teams, [row.features for row in rows]))


class Names(NamedTuple):
    """Under which names texts and numbers stand in the features."""

    texts: tuple[str, ...]
    numbers: tuple[str, ...]


def learn_naive_bayes(rows: Sequence[Row], names: Names, *, seed: int) -> Learnt:
    """Counts of all rows; calibrated on what the counts of the other inner folds said of each row."""
    raw = np.zeros(len(rows))
    for fold in random_folds([row.won for row in rows], count=INNER_FOLDS, seed=seed):
        counted = _counted(_chosen(rows, fold.train), names)
        raw[fold.test] = uncalibrated(counted, _chosen(rows, fold.test))
    slope, offset = fit_line(raw, labels(rows), weights_of(rows))
    terms, teams = _counted(rows, names)
    return Learnt(
        Kind.NAIVE_BAYES,
        scaled(terms, slope=slope, offset=offset),
        {team: scaled(own, slope=slope, offset=offset) for team, own in teams.items()},
        Calibration(slope, offset),
    )


def learn_logistic(rows: Sequence[Row], names: Names, *, seed: int) -> Learnt:
    """The strength of least log loss on inner folds; calibrated on what they said."""
    design = design_for([row.features for row in rows], texts=names.texts, numbers=names.numbers)
    matrix = design.matrix([row.features for row in rows])
    won, weights = labels(rows), weights_of(rows)
    inner = random_folds([row.won for row in rows], count=INNER_FOLDS, seed=seed)
    tried: dict[float, Floats] = {}
    for strength in STRENGTHS:
        raw = np.zeros(len(rows))
        for fold in inner:
            train = fold.train
            intercept, slopes = fit_logistic(matrix[train], won[train], weights[train], strength=strength)
            raw[fold.test] = matrix[fold.test] @ np.asarray(slopes) + intercept
        tried[strength] = raw
    # Of equally good ones the strongest penalty: min takes the first.
    best = min(STRENGTHS, key=lambda strength: log_loss(sigmoid(tried[strength]), won, weights))
    slope, offset = fit_line(tried[best], won, weights)
    intercept, slopes = fit_logistic(matrix, won, weights, strength=best)
    terms = scaled(design.terms(intercept, slopes), slope=slope, offset=offset)
    return Learnt(Kind.LOGISTIC, terms, {}, Calibration(slope, offset))


def base_rate(rows: Sequence[Row]) -> Ask:
    """The weighted rate of wins, for everyone."""
    rate = float(np.average(labels(rows), weights=weights_of(rows)))
    return lambda asked: np.full(len(asked), rate)


def rules(rows: Sequence[Row]) -> Ask:
    """The scorecard's points, made a probability by a line over them, so that only its ranking is judged."""
    slope, offset = fit_line(_points(rows), labels(rows), weights_of(rows))
    return lambda asked: sigmoid(slope * _points(asked) + offset)


def plain_naive_bayes(rows: Sequence[Row], names: Names) -> Ask:
    """The baseline as it is, without calibration."""
    counted = _counted(rows, names)
    return lambda asked: sigmoid(uncalibrated(counted, asked))


def uncalibrated(counted: tuple[Terms, dict[str, Terms]], rows: Sequence[Row]) -> Floats:
    """Log-odds of each row by counts alone, shape (rows,)."""
    micro: Floats = micro_by(*counted, [row.features for row in rows]) / MICRO
    return micro


def _counted(rows: Sequence[Row], names: Names) -> tuple[Terms, dict[str, Terms]]:
    frequencies = count(rows, texts=names.texts, numbers=names.numbers)
    return terms_of(frequencies), {team: terms_of(frequencies, team) for team in sorted(frequencies.teams)}


def _chosen(rows: Sequence[Row], places: NDArray[np.int64]) -> list[Row]:
    return [rows[place] for place in places]


def _points(rows: Sequence[Row]) -> Floats:
    return np.array([row.rules or 0 for row in rows], dtype=np.float64) / _POINT
