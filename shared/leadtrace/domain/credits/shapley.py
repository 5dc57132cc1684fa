"""Shapley values of channels in two games: how many conversions a set of channels has, and at which rate.

Both are exact and in fractions. They describe the paths that were recorded, not what an advertisement caused.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Literal

from leadtrace.domain.credits.aggregate import MICRO, PathCount, check
from leadtrace.domain.credits.chain import Totals
from leadtrace.domain.credits.limits import check_channels
from leadtrace.domain.credits.shares import whole_parts


@dataclass(frozen=True, slots=True)
class SumGame:
    """Values of the game of conversions, in the order of `channels`; never below 0.

    `amounts` are values of the same game played for money, in minor units of one currency.
    """

    channels: tuple[str, ...]
    conversions: tuple[Fraction, ...]
    amounts: tuple[Fraction, ...]
    totals: Totals
    is_linear_over_unique_channels: Literal[True] = True
    causal: Literal[False] = False

    @property
    def micro_conversions(self) -> tuple[int, ...]:
        """Credit in whole millionths of a conversion, by largest remainder; sums to the total exactly."""
        return whole_parts([value * MICRO for value in self.conversions])

    @property
    def value(self) -> tuple[int, ...]:
        """`amounts` in whole minor units, by largest remainder; sums to the total exactly."""
        return whole_parts(self.amounts)


@dataclass(frozen=True, slots=True)
class RateGame:
    """Values of the game of rates, in the order of `channels`, as they are: some can be below 0.

    They sum to the rate of paths that have every channel, not to conversions: no credit is made of them.
    """

    channels: tuple[str, ...]
    rates: tuple[Fraction, ...]
    causal: Literal[False] = False


def sum_game(rows: Iterable[PathCount]) -> SumGame:
    """Shapley values of v(S) = conversions of the paths whose channels all lie in S.

    Each path is a unanimity game, whose value is shared equally by those who must take part. So this is
    exactly linear credit over unique channels, in one pass, for any number of channels.

    Raises:
        ValueError: a count is below 0, or a value has no conversion that brought it.
    """
    conversions: dict[frozenset[str], int] = defaultdict(int)
    amounts: dict[frozenset[str], int] = defaultdict(int)
    for row in rows:
        check(row)
        if row.micros:
            conversions[frozenset(row.path)] += row.conversions
            amounts[frozenset(row.path)] += row.value
    nobody: frozenset[str] = frozenset()
    unattributed, no_one_s = conversions.pop(nobody, 0), amounts.pop(nobody, 0)
    channels = tuple(sorted({label for players in conversions for label in players}))
    totals = Totals(sum(conversions.values()), sum(amounts.values()), unattributed, no_one_s)
    return SumGame(channels, _shared(conversions, channels), _shared(amounts, channels), totals)


def _shared(worth: dict[frozenset[str], int], channels: tuple[str, ...]) -> tuple[Fraction, ...]:
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for players, value in worth.items():
        for label in players:
            sums[label, len(players)] += value
    sizes = range(1, len(channels) + 1)
    return tuple(
        sum((Fraction(sums[label, size], size) for size in sizes if (label, size) in sums), Fraction(0))
        for label in channels
    )


def rate_game(rows: Iterable[PathCount]) -> RateGame:
    """Shapley values of v(S) = conversions / all of the paths whose channel set is S exactly; 0 if none is.

    `phi_i = sum over S without i of |S|!(n-|S|-1)!/n! * (v(S+i) - v(S))`; v is 0 for all sets but those
    observed, so each of these is met twice: as S+i by its own channels, as S by all others.

    Raises:
        ValueError: a count is below 0, or a value has no conversion that brought it.
        LimitExceededError: there are more than 16 channels.
    """
    counts: dict[frozenset[str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        check(row)
        if row.path and row.micros:
            count = counts[frozenset(row.path)]
            count[0] += row.conversions * MICRO
            count[1] += row.micros
    channels = tuple(sorted({label for players in counts for label in players}))
    check_channels(len(channels))
    rates = {players: Fraction(*count) for players, count in counts.items() if count[0]}
    return RateGame(channels, tuple(_value_of(label, rates, len(channels)) for label in channels))


def _value_of(label: str, rates: dict[frozenset[str], Fraction], channels: int) -> Fraction:
    """Terms with one denominator are added first: few differ, and sums of fractions are slow."""
    numerators: dict[int, Fraction] = defaultdict(Fraction)
    for players, rate in rates.items():
        inside = label in players
        others = len(players) - inside
        # others!(channels - others - 1)!/channels!, once for every set of so many others.
        weight = Fraction(1, channels * comb(channels - 1, others))
        numerators[rate.denominator] += (rate.numerator if inside else -rate.numerator) * weight
    return _tree_sum([value / denominator for denominator, value in sorted(numerators.items())])


def _tree_sum(terms: list[Fraction]) -> Fraction:
    """The sum, by halves: numbers stay short for as long as they can."""
    if len(terms) <= 1:
        return terms[0] if terms else Fraction(0)
    half = len(terms) // 2
    return _tree_sum(terms[:half]) + _tree_sum(terms[half:])
