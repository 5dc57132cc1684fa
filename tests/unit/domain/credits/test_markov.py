"""The golden vectors of Markov attribution, exactly, and what it says where little is known."""

from fractions import Fraction

import pytest

from leadtrace.domain.credits.aggregate import PathCount
from leadtrace.domain.credits.limits import MOST_STATES, LimitExceededError
from leadtrace.domain.credits.markov import (
    EXACT_STATES,
    Arithmetic,
    Fallback,
    attribute,
    removal_effects,
    solve,
)
from leadtrace.domain.credits.transitions import TransitionCounts
from tests.unit.domain.credits.golden import MARKOV_A, MARKOV_B, fractions

BOTH = pytest.mark.parametrize("arithmetic", Arithmetic)


def test_markov_a() -> None:
    result = attribute(MARKOV_A)
    assert result.arithmetic is Arithmetic.EXACT
    assert result.channels == ("C1", "C2", "C3")
    assert result.chance == Fraction(1, 3)
    assert result.removal_effects == fractions("1/2", 1, 1)
    assert result.shares == fractions("1/5", "2/5", "2/5")
    assert result.fallback is None
    assert result.causal is False


def test_markov_b() -> None:
    result = attribute(MARKOV_B)
    assert result.channels == ("email", "search", "social")
    assert result.chance == Fraction(5, 32)
    assert result.removal_effects == fractions(1, "8/13", "2/13")
    assert result.conversions == fractions("325/23", "200/23", "50/23")
    assert result.micro_conversions == (14_130_435, 8_695_652, 2_173_913)
    assert sum(result.micro_conversions) == 25_000_000


def test_markov_b_in_doubles() -> None:
    result = attribute(MARKOV_B, arithmetic=Arithmetic.FLOAT)
    assert result.chance == Fraction("0.15625")
    assert result.removal_effects == fractions(1, "0.615384615385", "0.153846153846")
    assert result.micro_conversions == (14_130_435, 8_695_652, 2_173_913)


@BOTH
def test_order_2_by_hand(arithmetic: Arithmetic) -> None:
    """Without search the 5 of email alone are left; without social a quarter of its 20 that go on is lost.

    (search, email) is entered 80 times, 20 of them by social, and left by 20 conversions.
    """
    result = attribute(MARKOV_B, order=2, arithmetic=arithmetic)
    assert result.chance == Fraction(25, 160)
    assert result.removal_effects == fractions(1, "20/25", "5/25")


@BOTH
def test_order_3_remembers_the_whole_of_short_paths(arithmetic: Arithmetic) -> None:
    """Every path is a state of its own: what is lost is what the paths with the channel converted."""
    result = attribute(MARKOV_B, order=3, arithmetic=arithmetic)
    assert result.removal_effects == fractions(1, "20/25", "6/25")


def test_value_follows_the_conversion_share_to_the_cent() -> None:
    rows = [row._replace(value=row.conversions and 1_001) for row in MARKOV_B]
    result = attribute(rows)
    # 4,004 x 13/23, 8/23 and 2/23: 2263.13, 1392.70, 348.17.
    assert result.value == (2_263, 1_393, 348)
    assert sum(result.value) == result.totals.value == 4_004


@BOTH
def test_nothing_converted_falls_back_to_linear_and_says_so(arithmetic: Arithmetic) -> None:
    result = attribute([PathCount(("a", "b"), 0, 3)], arithmetic=arithmetic)
    assert result.fallback is Fallback.LINEAR
    assert result.chance == 0
    assert result.removal_effects == result.shares == result.conversions == fractions(0, 0)
    assert result.micro_conversions == result.value == (0, 0)


@BOTH
def test_nobody_at_all(arithmetic: Arithmetic) -> None:
    result = attribute([], arithmetic=arithmetic)
    assert result.chance == 0
    assert not result.channels + result.removal_effects + result.value
    assert result.fallback is Fallback.LINEAR


def test_a_path_without_a_touch_is_unattributed_and_changes_no_effect() -> None:
    with_it = attribute([*MARKOV_B, PathCount((), 7, 70, 700)])
    assert with_it.removal_effects == attribute(MARKOV_B).removal_effects
    assert with_it.chance == Fraction(5, 32)
    assert (with_it.totals.conversions, with_it.totals.unattributed) == (25, 7)
    assert with_it.totals.unattributed_value == 700


@BOTH
def test_self_transitions_change_no_effect(arithmetic: Arithmetic) -> None:
    """Of order 1 staying is no way out: the chances to leave are what they were."""
    calm = [PathCount(("a", "b"), 1, 2), PathCount(("b",), 1, 0), PathCount(("a",), 2, 2)]
    nervous = [PathCount(("a", "a", "a", "b"), 1, 2), PathCount(("b", "b"), 1, 0), PathCount(("a",), 2, 2)]
    one, other = attribute(calm, arithmetic=arithmetic), attribute(nervous, arithmetic=arithmetic)
    assert one.removal_effects == other.removal_effects
    assert one.chance == other.chance


def test_a_chain_of_order_1_gives_credit_to_what_lies_between() -> None:
    """No converting path has `b`; yet who comes by it to c is taken to convert as others do there."""
    rows = [PathCount(("a", "b", "c"), 0, 1), PathCount(("c",), 1, 0)]
    assert attribute(rows).removal_effects == fractions("1/2", "1/2", 1)
    assert attribute(rows, order=2).removal_effects == fractions(0, 0, 1)


def test_rare_ends_of_long_paths_keep_their_digits() -> None:
    """A common solve of (I - Q)x = r in doubles is off by 8e-13 here."""
    rows = [PathCount(("a", "b") * 200_000, 1, 0), PathCount(("a", "c") * 3, 2, 9)]
    chain = TransitionCounts.of(rows).chain()
    exact = solve(chain, Arithmetic.EXACT)
    chance, effects = removal_effects(chain)
    assert abs(Fraction(chance) / exact.chance - 1) < 1e-15
    for one, other in zip(exact.removal_effects, effects.tolist(), strict=True):
        assert abs(one - Fraction(other)) < 1e-15


def test_arithmetic_changes_where_it_is_said() -> None:
    small = TransitionCounts.of(PathCount((f"c{place:02}",), 1, 1) for place in range(EXACT_STATES))
    assert solve(small.chain()).arithmetic is Arithmetic.EXACT
    small.add(PathCount(("one more",), 0, 1))
    assert solve(small.chain()).arithmetic is Arithmetic.FLOAT


def test_too_many_states_are_refused_with_the_remedy() -> None:
    rows = [PathCount((str(place),), 1, 0) for place in range(MOST_STATES + 1)]
    with pytest.raises(LimitExceededError, match=r"group channels into the largest ones and one other$"):
        attribute(rows)
    with pytest.raises(LimitExceededError, match="or ask for a lower order"):
        attribute(rows, order=2)


@pytest.mark.parametrize("order", [0, 4])
def test_other_orders_are_refused(order: int) -> None:
    with pytest.raises(ValueError, match="order 1, 2 or 3"):
        attribute(MARKOV_A, order=order)
