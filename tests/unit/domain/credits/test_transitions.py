"""Kept counts: what may be taken out, and that a refusal changes nothing."""

import pytest

from leadtrace.domain.credits.aggregate import PathCount
from leadtrace.domain.credits.chain import Totals
from leadtrace.domain.credits.transitions import TransitionCounts
from tests.unit.domain.credits.golden import MARKOV_B


def test_counts_are_millionths_of_steps() -> None:
    chain = TransitionCounts.of([PathCount(("b", "a", "a"), 2, 1, 70, 500_000)]).chain()
    assert chain.states == (("a",), ("b",))
    assert chain.channels == ("a", "b")
    assert chain.starts.tolist() == [0, 3_500_000]
    assert chain.steps.tolist() == [[3_500_000, 0], [3_500_000, 0]]
    assert chain.conversions.tolist() == [2_000_000, 0]
    assert chain.nulls.tolist() == [1_500_000, 0]
    assert chain.totals == Totals(conversions=2, value=70)


def test_states_of_order_2_are_the_last_two_channels() -> None:
    chain = TransitionCounts.of([PathCount(("a", "b", "c"), 1, 0)], order=2).chain()
    assert chain.states == (("a",), ("a", "b"), ("b", "c"))


@pytest.mark.parametrize(
    "row",
    [
        PathCount(("search", "email"), 11, 0),
        PathCount(("email", "search"), 1, 0),
        PathCount(("email",), 5, 100),
        PathCount((), 1, 0),
        PathCount(("search", "social"), 0, 1),
        # Every step of these was counted, but not this end.
        PathCount(("social",), 1, 0),
        PathCount(("social", "search"), 0, 1),
    ],
    ids=str,
)
def test_what_was_not_counted_cannot_be_taken_out(row: PathCount) -> None:
    counts = TransitionCounts.of(MARKOV_B)
    if row.path == ("search", "email"):
        row = row._replace(conversions=26)
    with pytest.raises(ValueError, match="not counted as often"):
        counts.subtract(row)
    assert counts.chain() == TransitionCounts.of(MARKOV_B).chain()


@pytest.mark.parametrize("way", ["add", "subtract"])
def test_counts_below_0_are_refused(way: str) -> None:
    counts = TransitionCounts.of(MARKOV_B)
    with pytest.raises(ValueError, match="below 0"):
        getattr(counts, way)(PathCount(("email",), -1, 0))


def test_chains_differ_by_any_count() -> None:
    one = TransitionCounts.of(MARKOV_B).chain()
    same = TransitionCounts.of(MARKOV_B).chain()
    other = TransitionCounts.of([*MARKOV_B, PathCount(("email",), 0, 1)]).chain()
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != TransitionCounts.of(MARKOV_B, order=2).chain()
    assert one != "a chain"
