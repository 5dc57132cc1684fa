"""Laws of Markov attribution: against a plain reference, and over every way in which paths may be told."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.credits.aggregate import MICRO, PathCount, aggregate
from leadtrace.domain.credits.encoded import encode
from leadtrace.domain.credits.markov import Arithmetic, MarkovResult, attribute, solve
from leadtrace.domain.credits.transitions import StepCount, TransitionCounts
from tests.laws.paths_reference import CHANNELS, chance_of_conversion, paths, rows

ORDERS = pytest.mark.parametrize("order", [1, 2, 3])
TOLERANCE = Fraction(1, 10**12)
Rows = list[PathCount]


def effects(result: MarkovResult) -> dict[str, Fraction]:
    return dict(zip(result.channels, result.removal_effects, strict=True))


@ORDERS
@given(rows())
def test_effects_are_those_of_the_reference(order: int, seen: Rows) -> None:
    result = attribute(seen, order=order, arithmetic=Arithmetic.EXACT)
    chance = chance_of_conversion(seen, order)
    assert result.chance == chance
    assert set(result.channels) == {label for row in seen if row.micros for label in row.path}
    for channel, effect in effects(result).items():
        without = chance_of_conversion(seen, order, channel)
        assert effect == (1 - without / chance if chance else 0)


@ORDERS
@given(rows())
def test_doubles_say_what_fractions_say(order: int, seen: Rows) -> None:
    chain = TransitionCounts.of(seen, order).chain()
    exact, fast = (solve(chain, arithmetic) for arithmetic in Arithmetic)
    assert abs(exact.chance - fast.chance) <= TOLERANCE
    for one, other in zip(exact.removal_effects, fast.removal_effects, strict=True):
        assert abs(one - other) <= TOLERANCE


@pytest.mark.parametrize("arithmetic", Arithmetic)
@ORDERS
@given(rows().flatmap(lambda seen: st.tuples(st.just(seen), st.permutations(seen))))
def test_order_and_splitting_of_rows_change_nothing(
    order: int, arithmetic: Arithmetic, told: tuple[Rows, Rows]
) -> None:
    seen, otherwise = told
    single = [PathCount(row.path, 1, 0) for row in otherwise for _ in range(row.conversions)]
    rest = [PathCount(row.path, 0, row.nulls, open_micros=row.open_micros) for row in otherwise]
    worth = {row.path: sum(one.value for one in seen if one.path == row.path) for row in seen}
    # The value of a path comes with the first of its conversions, however many rows these were.
    for place, row in enumerate(single):
        single[place] = row._replace(value=worth.pop(row.path, 0))
    expected = attribute(seen, order=order, arithmetic=arithmetic)
    assert attribute(otherwise, order=order, arithmetic=arithmetic) == expected
    assert attribute(rest + single, order=order, arithmetic=arithmetic) == expected
    assert attribute(aggregate(seen), order=order, arithmetic=arithmetic) == expected


@ORDERS
@given(rows())
def test_arrays_count_what_kept_counts_hold(order: int, seen: Rows) -> None:
    assert encode(seen).chain(order) == TransitionCounts.of(seen, order).chain()


@ORDERS
@given(rows(), rows())
def test_what_was_taken_out_again_leaves_no_trace(order: int, stays: Rows, leaves: Rows) -> None:
    counts = TransitionCounts.of([*leaves, *stays], order)
    for row in leaves:
        counts.subtract(row)
    assert counts.chain() == TransitionCounts.of(stays, order).chain()


@pytest.mark.parametrize("arithmetic", Arithmetic)
@given(rows(), st.integers(2, 1_000))
def test_duplicates_leave_every_share(arithmetic: Arithmetic, seen: Rows, times: int) -> None:
    scaled = [PathCount(row.path, *(times * count for count in row[1:])) for row in seen]
    one, many = (attribute(told, arithmetic=arithmetic) for told in (seen, scaled))
    assert many.shares == one.shares
    assert many.chance == one.chance
    assert many.conversions == tuple(times * credit for credit in one.conversions)


@pytest.mark.parametrize("arithmetic", Arithmetic)
@ORDERS
@given(rows())
def test_credit_sums_to_what_there_is(order: int, arithmetic: Arithmetic, seen: Rows) -> None:
    result = attribute(seen, order=order, arithmetic=arithmetic)
    touched = [row for row in seen if row.path]
    assert sum(result.conversions) == sum(row.conversions for row in touched)
    assert sum(result.micro_conversions) == MICRO * sum(row.conversions for row in touched)
    assert sum(result.value) == sum(row.value for row in touched)
    assert result.totals.conversions + result.totals.unattributed == sum(row.conversions for row in seen)
    assert result.totals.value + result.totals.unattributed_value == sum(row.value for row in seen)
    assert all(0 <= effect <= 1 for effect in result.removal_effects)
    assert (result.fallback is None) == any(row.conversions for row in touched)


@pytest.mark.parametrize("arithmetic", Arithmetic)
@ORDERS
@given(rows(CHANNELS[:3]), paths(CHANNELS[:3]), st.integers(1, 9))
def test_a_channel_that_leads_to_no_conversion_has_no_effect(
    order: int, arithmetic: Arithmetic, seen: Rows, path: tuple[str, ...], nulls: int
) -> None:
    """It ends the paths that it is in; one in the middle may lead to what converts in other paths."""
    result = attribute([*seen, PathCount((*path, "lost"), 0, nulls)], order=order, arithmetic=arithmetic)
    assert effects(result)["lost"] == 0


@pytest.mark.parametrize("arithmetic", Arithmetic)
@ORDERS
@given(rows(CHANNELS[:3]), st.booleans())
def test_a_channel_in_every_converting_path_has_the_whole_effect(
    order: int, arithmetic: Arithmetic, seen: Rows, begins: bool
) -> None:
    """The only way in, or the only way out to a conversion."""
    if begins:
        told = [row._replace(path=("always", *row.path)) for row in seen]
    else:
        told = [row._replace(path=(*row.path, "always")) for row in seen]
    result = attribute(told, order=order, arithmetic=arithmetic)
    if any(row.conversions for row in told):
        assert effects(result)["always"] == 1


@given(rows(), paths())
def test_open_leads_are_left_out_or_weighted_but_no_nulls(seen: Rows, path: tuple[str, ...]) -> None:
    assert attribute([*seen, PathCount(path, 0, 0)]) == attribute(seen)
    as_nulls = attribute([*seen, PathCount(path, 0, 3)])
    assert attribute([*seen, PathCount(path, 0, 0, open_micros=3 * MICRO)]) == as_nulls


@given(rows())
def test_counted_steps_are_the_chain_of_their_paths(seen: Rows) -> None:
    whole = [row._replace(open_micros=0, value=0) for row in seen]
    told = [
        StepCount(origin, target, row.conversions, row.nulls)
        for row in whole
        if row.path and row.micros
        for origin, target in pairwise((None, *row.path, None))
    ]
    steps: dict[tuple[str | None, str | None], tuple[int, int]] = {}
    for one in told:
        conversions, nulls = steps.get(one[:2], (0, 0))
        steps[one[:2]] = conversions + one.conversions, nulls + one.nulls
    counted = TransitionCounts.of_steps(StepCount(*key, *both) for key, both in steps.items()).chain()
    expected = TransitionCounts.of([row for row in whole if row.path]).chain()
    assert counted == expected
    assert solve(counted) == solve(expected)
