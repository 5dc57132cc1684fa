"""JMESPath's functions, but for those that add: sums and averages are exact, because amounts are added up."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from jmespath.exceptions import JMESPathTypeError
from jmespath.functions import Functions, signature

_INTEGER_DIGITS = 18


class ExactFunctions(Functions):
    """`sum` and `avg` in decimals; every digit that a number was written with counts."""

    @signature({"types": ["array"]})
    def _func_sum(self, values: Sequence[Any]) -> Any:
        return _plain(sum(_decimals("sum", values), Decimal(0)))

    @signature({"types": ["array"]})
    def _func_avg(self, values: Sequence[Any]) -> Any:
        if not values:
            return None
        return _plain(sum(_decimals("avg", values), Decimal(0)) / len(values))


def _decimals(function: str, values: Sequence[Any]) -> list[Decimal]:
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise JMESPathTypeError(function, value, type(value).__name__, ["array-number"])
    # What a float was written as is its shortest text.
    return [Decimal(repr(value)) if isinstance(value, float) else Decimal(value) for value in values]


def _plain(number: Decimal) -> int | float | Decimal:
    """As the other functions take it, where that loses nothing."""
    if number.is_finite() and number.adjusted() < _INTEGER_DIGITS and number == number.to_integral_value():
        return int(number)
    short = float(number)
    return short if Decimal(repr(short)) == number else number
