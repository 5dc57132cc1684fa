"""Exact money: whole minor units of a currency, split by largest remainder."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

# ISO 4217 minor units; every currency not named here has two digits.
_DIGITS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),  # noqa: SIM905
        0,
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),  # noqa: SIM905
    **dict.fromkeys("CLF UYW".split(), 4),  # noqa: SIM905
}
_DEFAULT_DIGITS = 2


def minor_digits(currency: str) -> int:
    """How many decimal digits the minor unit of an ISO 4217 currency has."""
    return _DIGITS.get(currency, _DEFAULT_DIGITS)


def to_minor(amount: str, currency: str) -> int:
    """Minor units of a decimal amount, half-even at the currency's own minor unit.

    Raises:
        ValueError: the text is not a finite decimal number.
    """
    try:
        value = Decimal(amount)
    except InvalidOperation as error:
        raise ValueError(f"{amount!r} is not a decimal number") from error
    if not value.is_finite():
        raise ValueError(f"{amount!r} is not a finite number")
    return int(value.scaleb(minor_digits(currency)).to_integral_value(ROUND_HALF_EVEN))


def to_decimal(minor: int, currency: str) -> Decimal:
    """The decimal amount of minor units, with the currency's own number of digits."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def average(total: int, count: int) -> int | None:
    """Minor units of a total for each of `count`, half up; None where there is nobody."""
    return (2 * total + count) // (2 * count) if count > 0 else None


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Divide minor units in proportion to integer weights; the parts sum to `total` exactly.

    Largest remainder, ties to the earlier part. A negative total splits as its opposite does.

    Raises:
        ValueError: no weight is above 0, or one is below.
    """
    if min(weights, default=0) < 0 or sum(weights) <= 0:
        raise ValueError("weights must be 0 or more and at least one must be above 0")
    if total < 0:
        return [-part for part in split(-total, weights)]
    whole = sum(weights)
    shares = [divmod(total * weight, whole) for weight in weights]
    parts = [part for part, _ in shares]
    by_remainder = sorted(range(len(parts)), key=lambda index: (-shares[index][1], index))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts
