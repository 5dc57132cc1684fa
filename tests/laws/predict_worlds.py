"""Hypothesis strategies of leads, terms and forecasts, small enough that ties and absences are common."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadtrace.domain.predict.dataset import Row
from leadtrace.domain.predict.features import STAGE, TEAM, Features
from leadtrace.domain.predict.terms import Choice, Line, Part, Steps, Tags, Terms

TEXTS = ("industry", "channel")
NUMBERS = ("employees", "touches")
_VALUES = ("retail", "fishing", "", "straße")
_TAGS = ("vip", "price", "old")
_STAGES = ("inquiry", "lead", "mql", "sql", "opportunity")
_LOG_ODDS = st.floats(-30, 30).map(lambda value: round(value, 9))

Forecast = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]


def features(*, staged: bool = False) -> st.SearchStrategy[Features]:
    """A lead; `staged` adds a stage and perhaps a team."""
    texts = st.dictionaries(st.sampled_from(TEXTS), st.sampled_from([value for value in _VALUES if value]))
    numbers = st.dictionaries(
        st.sampled_from(NUMBERS), st.one_of(st.integers(-3, 12).map(float), st.floats(-1e6, 1e6))
    )
    tags = st.sets(st.sampled_from(_TAGS)).map(lambda chosen: tuple(sorted(chosen)))
    if staged:
        texts = st.builds(
            lambda known, stage, team: {**known, STAGE: stage, **({TEAM: team} if team else {})},
            texts,
            st.sampled_from(_STAGES),
            st.sampled_from(("north", "south", None)),
        )
    return st.builds(Features, texts, numbers, tags)


@st.composite
def rows(draw: st.DrawFn, *, max_size: int = 40) -> list[Row]:
    """Rows of distinct leads, at least one of them."""
    drawn = draw(st.lists(st.tuples(features(staged=True), st.booleans()), min_size=1, max_size=max_size))
    return [
        Row(f"{number}", number, number, won=won, features=lead) for number, (lead, won) in enumerate(drawn)
    ]


def _part() -> st.SearchStrategy[Part]:
    values = st.dictionaries(st.sampled_from(_VALUES), _LOG_ODDS)
    edges = st.sets(st.integers(-3, 12).map(float), max_size=3).map(lambda chosen: tuple(sorted(chosen)))
    return st.one_of(
        st.builds(Choice, st.sampled_from(TEXTS), values, _LOG_ODDS, _LOG_ODDS),
        st.builds(
            Line,
            st.sampled_from(NUMBERS),
            mean=st.floats(-5, 20),
            scale=st.floats(0.01, 1e4),
            low=st.floats(-10, 0),
            high=st.floats(0, 100),
            slope=_LOG_ODDS,
            missing=_LOG_ODDS,
        ),
        edges.flatmap(
            lambda bounds: st.builds(
                Steps,
                st.sampled_from(NUMBERS),
                st.just(bounds),
                st.tuples(*[_LOG_ODDS] * (len(bounds) + 1)),
                _LOG_ODDS,
            )
        ),
        st.builds(Tags, st.dictionaries(st.sampled_from(_TAGS), _LOG_ODDS)),
    )


def terms() -> st.SearchStrategy[Terms]:
    """Any additive score, several parts of which may read the same thing."""
    return st.builds(Terms, _LOG_ODDS, st.lists(_part(), max_size=6).map(tuple))


@st.composite
def forecasts(draw: st.DrawFn, *, both: bool = True, max_size: int = 60) -> Forecast:
    """Probabilities with many ties, what happened (both kinds if `both`), and weights."""
    share = st.one_of(st.integers(0, 4).map(lambda quarter: quarter / 4), st.floats(0, 1))
    size = draw(st.integers(2, max_size))
    said = draw(st.lists(share, min_size=size, max_size=size))
    won = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    if both:
        won[:2] = [True, False]
    weights = draw(st.lists(st.floats(0.5, 4), min_size=size, max_size=size))
    return np.array(said), np.array(won), np.array(weights)


def shuffled(values: Sequence[Row]) -> st.SearchStrategy[list[Row]]:
    """The same rows in any order."""
    return st.permutations(values)
