"""Money by example: the golden vectors of splits, units of odd currencies, what is refused."""

from decimal import Decimal

import pytest

from leadtrace.domain.money import average, minor_digits, split, to_decimal, to_minor


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10_000, [1, 1, 1], [3334, 3333, 3333]),
        (100_000, [1] * 6, [16667, 16667, 16667, 16667, 16666, 16666]),
        (100_000, [30, 30, 10, 30], [30_000, 30_000, 10_000, 30_000]),
        (1000, [9, 9, 0, 1, 1, 1], [428, 428, 0, 48, 48, 48]),
        (-10_000, [1, 1, 1], [-3334, -3333, -3333]),
        (1, [1, 1], [1, 0]),
        (0, [1, 2], [0, 0]),
        (7, [0, 5], [0, 7]),
    ],
)
def test_split_gives_largest_remainders_first_to_the_earlier(
    total: int, weights: list[int], parts: list[int]
) -> None:
    assert split(total, weights) == parts


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_split_refuses_weights_that_divide_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1234.50", "EUR", 123450),
        ("0.005", "EUR", 0),
        ("0.015", "EUR", 2),
        ("-0.015", "EUR", -2),
        ("1e3", "BRL", 100_000),
        ("99.5", "JPY", 100),
        ("98.5", "JPY", 98),
        ("1.2345", "KWD", 1234),
        ("1.2345", "CLF", 12345),
        ("1.2345", "ZZZ", 123),
    ],
)
def test_amounts_round_half_even_at_the_unit_of_their_currency(
    amount: str, currency: str, minor: int
) -> None:
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize("amount", ["", "12,50", "NaN", "Infinity", "ten"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="number"):
        to_minor(amount, "EUR")


def test_decimals_show_every_digit_of_the_currency() -> None:
    assert str(to_decimal(123450, "EUR")) == "1234.50"
    assert str(to_decimal(5, "JPY")) == "5"
    assert to_decimal(-1, "KWD") == Decimal("-0.001")
    assert minor_digits("CLF") == 4


@pytest.mark.parametrize(
    ("total", "count", "each"), [(5, 2, 3), (-5, 2, -2), (100, 3, 33), (7, 1, 7), (0, 4, 0), (7, 0, None)]
)
def test_an_average_is_half_up_and_none_of_nobody(total: int, count: int, each: int | None) -> None:
    assert average(total, count) == each
