"""Laws of Shapley values: both games against the sum over all subsets, and over every way of telling."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.credits.aggregate import MICRO, PathCount, aggregate
from leadtrace.domain.credits.shapley import rate_game, sum_game
from tests.laws.paths_reference import rows, shapley

Rows = list[PathCount]


@given(rows())
def test_sum_game_is_the_sum_over_all_subsets(seen: Rows) -> None:
    game = sum_game(seen)

    def conversions(chosen: frozenset[str]) -> Fraction:
        return Fraction(sum(row.conversions for row in seen if row.path and chosen >= set(row.path)))

    def worth(chosen: frozenset[str]) -> Fraction:
        return Fraction(sum(row.value for row in seen if row.path and chosen >= set(row.path)))

    assert list(game.conversions) == shapley(game.channels, conversions)
    assert list(game.amounts) == shapley(game.channels, worth)


@given(rows())
def test_rate_game_is_the_sum_over_all_subsets(seen: Rows) -> None:
    game = rate_game(seen)

    def rate(chosen: frozenset[str]) -> Fraction:
        same = [row for row in seen if row.path and chosen == set(row.path)]
        every = sum(row.micros for row in same)
        return Fraction(MICRO * sum(row.conversions for row in same), every) if every else Fraction(0)

    assert list(game.rates) == shapley(game.channels, rate)


@given(rows())
def test_sum_game_gives_what_there_is(seen: Rows) -> None:
    game = sum_game(seen)
    touched = [row for row in seen if row.path]
    assert sum(game.conversions) == game.totals.conversions == sum(row.conversions for row in touched)
    assert sum(game.micro_conversions) == MICRO * game.totals.conversions
    assert sum(game.value) == game.totals.value == sum(row.value for row in touched)
    assert game.totals.unattributed == sum(row.conversions for row in seen if not row.path)
    assert min(game.conversions, default=0) >= 0


@given(rows().flatmap(lambda seen: st.tuples(st.just(seen), st.permutations(seen))))
def test_order_and_merging_of_rows_change_nothing(told: tuple[Rows, Rows]) -> None:
    seen, otherwise = told
    assert rate_game(otherwise) == rate_game(seen) == rate_game(aggregate(seen))
    assert sum_game(otherwise) == sum_game(seen) == sum_game(aggregate(seen))


@given(rows(), st.integers(2, 1_000))
def test_duplicates_scale_conversions_and_leave_rates(seen: Rows, times: int) -> None:
    scaled = [PathCount(row.path, *(times * count for count in row[1:])) for row in seen]
    assert rate_game(scaled) == rate_game(seen)
    assert sum_game(scaled).conversions == tuple(times * value for value in sum_game(seen).conversions)
