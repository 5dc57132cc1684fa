"""Laws of money: nothing is lost or made in a split, and units and decimals agree."""

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from leadtrace.domain.money import minor_digits, split, to_decimal, to_minor

AMOUNTS = st.integers(-(10**15), 10**15)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any)
CURRENCIES = st.sampled_from(["EUR", "BRL", "JPY", "KWD", "CLF", "XXX"])


@given(AMOUNTS, WEIGHTS)
def test_a_split_conserves_the_amount(total: int, weights: list[int]) -> None:
    assert sum(split(total, weights)) == total


@given(AMOUNTS, WEIGHTS)
def test_every_part_is_within_one_unit_of_its_share(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    for part, weight in zip(split(total, weights), weights, strict=True):
        assert abs(part - Fraction(total * weight, whole)) < 1
        assert weight or part == 0


@given(AMOUNTS, WEIGHTS)
def test_the_opposite_amount_splits_oppositely(total: int, weights: list[int]) -> None:
    assert split(-total, weights) == [-part for part in split(total, weights)]


@given(AMOUNTS, WEIGHTS, st.integers(1, 1000))
def test_only_proportions_count(total: int, weights: list[int], factor: int) -> None:
    assert split(total, [weight * factor for weight in weights]) == split(total, weights)


@given(st.integers(0, 10**12), st.integers(1, 40))
def test_equal_parts_differ_by_one_unit_at_most_and_the_earlier_get_it(total: int, parts: int) -> None:
    divided = split(total, [1] * parts)
    assert divided == sorted(divided, reverse=True)
    assert divided[0] - divided[-1] <= 1


@given(AMOUNTS, CURRENCIES)
def test_units_survive_the_way_through_decimals(minor: int, currency: str) -> None:
    written = to_decimal(minor, currency)
    assert to_minor(str(written), currency) == minor
    assert -written.as_tuple().exponent == minor_digits(currency)  # type: ignore[operator]


@given(st.decimals(-(10**9), 10**9, places=6), CURRENCIES)
def test_rounding_moves_an_amount_by_half_a_unit_at_most(amount: object, currency: str) -> None:
    unit = Fraction(1, 10 ** minor_digits(currency))
    moved = abs(Fraction(to_minor(str(amount), currency)) * unit - Fraction(str(amount)))
    assert moved * 2 <= unit


@given(WEIGHTS, AMOUNTS, st.data())
def test_grouping_the_parts_keeps_the_sum(weights: list[int], total: int, data: st.DataObject) -> None:
    assume(len(weights) > 1)
    cut = data.draw(st.integers(1, len(weights) - 1))
    parts = split(total, weights)
    assert sum(parts[:cut]) + sum(parts[cut:]) == total
