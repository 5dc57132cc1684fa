"""The golden vectors of both games, exactly, and what they refuse."""

from fractions import Fraction

import pytest

from leadtrace.domain.credits.aggregate import PathCount, still_open
from leadtrace.domain.credits.limits import MOST_CHANNELS_OF_A_GAME, LimitExceededError
from leadtrace.domain.credits.shapley import rate_game, sum_game
from tests.unit.domain.credits.golden import SHAPLEY_B, fractions


def test_sum_game() -> None:
    game = sum_game(SHAPLEY_B)
    assert game.channels == ("email", "search", "social")
    assert game.conversions == fractions(14, 9, 2)
    assert game.micro_conversions == (14_000_000, 9_000_000, 2_000_000)
    assert game.is_linear_over_unique_channels is True
    assert game.causal is False


def test_rate_game() -> None:
    game = rate_game(SHAPLEY_B)
    assert game.channels == ("email", "search", "social")
    assert game.rates == fractions("31/180", "11/90", "1/180")
    assert game.causal is False


def test_rate_below_zero_is_told_as_it_is() -> None:
    """b beside a converts worse than a alone: (0 - 0)/2 + (1/10 - 1/2)/2."""
    game = rate_game([PathCount(("a",), 1, 1), PathCount(("a", "b"), 1, 9)])
    assert game.rates == fractions("3/10", "-1/5")


def test_value_is_a_game_of_its_own() -> None:
    game = sum_game(
        [PathCount(("a", "b", "a"), 1, 0, 1_001), PathCount(("b",), 1, 1, 10), PathCount((), 2, 0, 9)]
    )
    assert game.amounts == fractions("1001/2", "1021/2")
    assert game.value == (501, 510)
    assert sum(game.value) == game.totals.value == 1_011
    assert (game.totals.unattributed, game.totals.unattributed_value) == (2, 9)


def test_refunds_may_leave_a_channel_with_less_than_nothing() -> None:
    game = sum_game([PathCount(("a",), 1, 0, -300), PathCount(("a", "b"), 1, 0, 101)])
    assert game.amounts == fractions("-499/2", "101/2")
    assert sum(game.value) == -199


def test_open_leads_count_as_they_are_weighted() -> None:
    rows = [PathCount(("a",), 1, 0), still_open(("a",), Fraction(1, 4)), still_open(("a",), 0.75)]
    assert rate_game(rows).rates == fractions("1/2")


def test_nobody_at_all() -> None:
    assert not sum_game([]).conversions + rate_game([]).rates
    assert sum_game([]).micro_conversions == ()


def test_a_game_of_too_many_is_refused_with_the_remedy() -> None:
    rows = [PathCount((str(place),), 1, 0) for place in range(MOST_CHANNELS_OF_A_GAME + 1)]
    with pytest.raises(LimitExceededError, match="group them into the largest ones and one other"):
        rate_game(rows)
    # All are alike and nothing is known of everyone together, so each is worth nothing.
    assert set(rate_game(rows[:-1]).rates) == {0}
    assert len(sum_game(rows).conversions) == 17
