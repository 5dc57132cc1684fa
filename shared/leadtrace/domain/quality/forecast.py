"""Points as a forecast: a calibrated line makes them a probability, learnt from others than those judged.

Points have no unit, so Brier's score, log loss and reliability are of a line over them. By time where that
can be done: learnt from what was known before a block of leads began. Else dealt out in five parts, which
lets the line learn from the future and flatters a little.
"""

from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from leadtrace.domain.predict.floats import Floats, sigmoid
from leadtrace.domain.predict.folds import FEWEST_OF_EACH, FOLDS, Split
from leadtrace.domain.predict.losses import brier, log_loss
from leadtrace.domain.predict.platt import fit_line
from leadtrace.domain.predict.reliability import Reliability, reliability
from leadtrace.domain.quality.ending import Endings, endings, weights
from leadtrace.domain.quality.moment import Bools, Ints, Sample

_POINT: Final = 1_000.0


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over `leads` whose outcome is known; log loss is in nats.

    `brier_base` and `log_loss_base` are those of the rate of the leads learnt from, said of everyone;
    `skill` is `1 - brier / brier_base`: 0 when the points add nothing to the rate.
    """

    split: Split
    leads: int
    won: int
    brier: float
    brier_base: float
    skill: float
    log_loss: float
    log_loss_base: float
    reliability: Reliability


class _Said:
    """What was said of each lead; not a number where nothing was."""

    def __init__(self, leads: int) -> None:
        self.line = np.full(leads, np.nan)
        self.base = np.full(leads, np.nan)

    def learn(self, points: Floats, found: Endings, asked: Floats, places: Ints) -> None:
        """Learn from some leads and say it of others; nothing where too little is known."""
        known = found.known
        won = found.won[known]
        if not found.mature or min(won.sum(), (~won).sum()) < FEWEST_OF_EACH:
            return
        mass = weights(found)[known]
        slope, offset = fit_line(points[known], won, mass)
        self.line[places] = sigmoid(slope * asked + offset)
        self.base[places] = np.average(won, weights=mass)


def forecast(sample: Sample, found: Endings) -> Forecast | None:
    """None where the outcomes of too few leads are known."""
    points = sample.points / _POINT
    tries: tuple[tuple[Split, Callable[[], _Said]], ...] = (
        (Split.BY_TIME, lambda: _by_time(sample, points, found.horizon_us)),
        (Split.AT_RANDOM, lambda: _dealt_out(sample, points, found)),
    )
    for split, said in tries:
        made = _figures(split, said(), found)
        if made is not None:
            return made
    return None


def _by_time(sample: Sample, points: Floats, horizon_us: int) -> _Said:
    said = _Said(len(points))
    moments = np.sort(sample.at)
    cuts = (
        sorted({int(moments[len(moments) * part // FOLDS]) for part in range(1, FOLDS)})
        if len(moments)
        else []
    )
    ends = [*cuts[1:], None]
    for start, end in zip(cuts, ends, strict=True):
        before = sample.at < start
        block = (sample.at >= start) & (sample.at < end) if end is not None else sample.at >= start
        then = endings(sample.rows(before), horizon_us=horizon_us, until=start)
        said.learn(points[before], then, points[block], np.flatnonzero(block))
    return said


def _dealt_out(sample: Sample, points: Floats, found: Endings) -> _Said:
    """Every fifth lead in the order of time and points, so that the order in which they came is nothing."""
    said = _Said(len(points))
    part = np.zeros(len(points), dtype=np.int64)
    part[np.lexsort((found.won, sample.points, sample.at))] = np.arange(len(points)) % FOLDS
    for one in range(FOLDS):
        others = part != one
        said.learn(points[others], found.rows(others), points[~others], np.flatnonzero(~others))
    return said


def _figures(split: Split, said: _Said, found: Endings) -> Forecast | None:
    asked: Bools = ~np.isnan(said.line)
    tried = found.rows(asked)
    known = tried.known
    won = tried.won[known]
    if not tried.mature or min(won.sum(), (~won).sum()) < FEWEST_OF_EACH:
        return None
    mass = weights(tried)[known]
    line, base = said.line[asked][known], said.base[asked][known]
    scored, scored_base = brier(line, won, mass), brier(base, won, mass)
    return Forecast(
        split=split,
        leads=len(won),
        won=int(won.sum()),
        brier=scored,
        brier_base=scored_base,
        skill=1.0 - scored / scored_base if scored_base else 0.0,
        log_loss=log_loss(line, won, mass),
        log_loss_base=log_loss(base, won, mass),
        reliability=reliability(line, won, mass),
    )
