"""Removal effects of a Markov chain: which share of conversions would be lost without a channel.

Computed from whole counts, never simulated, so that it is equal on every run. It describes the paths that
were recorded; it does not say what an advertisement caused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final, Literal

import numpy as np

from leadtrace.domain.credits.aggregate import MICRO, PathCount
from leadtrace.domain.credits.chain import Chain, Totals
from leadtrace.domain.credits.elimination import inverse
from leadtrace.domain.credits.exact import conversion_chance
from leadtrace.domain.credits.shares import credits_minor
from leadtrace.domain.credits.transitions import TransitionCounts
from leadtrace.domain.predict.floats import Floats

# Fractions of sixteen states take some ten milliseconds, doubles a fifth of one; both say the same.
EXACT_STATES: Final = 16
# Doubles are rounded to so many digits: what differs beyond is no finding, and totals may not depend on it.
_DIGITS: Final = 12
_UNIT: Final = 10**_DIGITS


class Arithmetic(StrEnum):
    """How a chain is solved."""

    EXACT = "exact"
    FLOAT = "float"


class Fallback(StrEnum):
    """What stands in for removal effects where they sum to 0."""

    LINEAR = "linear"


@dataclass(frozen=True, slots=True)
class MarkovResult:
    """Removal effects, in the order of `channels`, and the credit that follows from them.

    `chance` is P(conversion) from (start). By `Arithmetic.FLOAT` it has 12 significant digits and removal
    effects have 12 decimals, so that both ways agree within 1e-12.
    """

    order: int
    arithmetic: Arithmetic
    channels: tuple[str, ...]
    chance: Fraction
    removal_effects: tuple[Fraction, ...]
    totals: Totals
    causal: Literal[False] = False

    @property
    def fallback(self) -> Fallback | None:
        """LINEAR where removal effects sum to 0, as they do only if nothing with a touch was converted.

        Linear credit of no conversions is 0 for every channel, and so it is told.
        """
        return None if any(self.removal_effects) else Fallback.LINEAR

    @property
    def shares(self) -> tuple[Fraction, ...]:
        """RE_i / sum RE; they sum to 1, or all are 0 by `fallback`."""
        whole = sum(self.removal_effects)
        return tuple(effect / whole if whole else Fraction(0) for effect in self.removal_effects)

    @property
    def conversions(self) -> tuple[Fraction, ...]:
        """Conversions x share; they sum to the conversions whose path has a touch."""
        return tuple(self.totals.conversions * share for share in self.shares)

    @property
    def micro_conversions(self) -> tuple[int, ...]:
        """The same in whole millionths of a conversion, by largest remainder: they sum to it exactly."""
        return credits_minor(self.totals.conversions * MICRO, self.shares)

    @property
    def value(self) -> tuple[int, ...]:
        """The value of all paths with a touch, by the conversion share, in minor units; sums to it exactly.

        A channel of dear conversions is given no more than one of cheap ones: removal effects count
        conversions, not money.
        """
        return credits_minor(self.totals.value, self.shares)


def attribute(
    rows: Iterable[PathCount], *, order: int = 1, arithmetic: Arithmetic | None = None
) -> MarkovResult:
    """Removal effects of the channels of these paths; equal for any order and splitting of the rows.

    Raises:
        ValueError: the order is not 1, 2 or 3, or a row has a count below 0.
        LimitExceededError: the chain has too many states.
    """
    return solve(TransitionCounts.of(rows, order).chain(), arithmetic)


def solve(chain: Chain, arithmetic: Arithmetic | None = None) -> MarkovResult:
    """Removal effects by `RE_i = 1 - P_without_i / P`; without `arithmetic` small chains are solved exactly.

    Removing a channel removes every state that contains it: steps into these end at (null).
    """
    if arithmetic is None:
        arithmetic = Arithmetic.EXACT if len(chain.states) <= EXACT_STATES else Arithmetic.FLOAT
    by = _exactly if arithmetic is Arithmetic.EXACT else _in_doubles
    chance, effects = by(chain)
    return MarkovResult(chain.order, arithmetic, chain.channels, chance, effects, chain.totals)


def _exactly(chain: Chain) -> tuple[Fraction, tuple[Fraction, ...]]:
    chance = conversion_chance(chain)
    if not chance:
        return chance, (Fraction(0),) * len(chain.channels)
    return chance, tuple(1 - conversion_chance(chain, (channel,)) / chance for channel in chain.channels)


def _in_doubles(chain: Chain) -> tuple[Fraction, tuple[Fraction, ...]]:
    chance, effects = removal_effects(chain)
    rounded = np.rint(effects * _UNIT).astype(np.int64)
    return Fraction(f"{chance:.{_DIGITS - 1}e}"), tuple(
        Fraction(effect, _UNIT) for effect in rounded.tolist()
    )


def removal_effects(chain: Chain) -> tuple[float, Floats]:
    """P(conversion) and every removal effect in doubles, from one inverse; shape (channels,).

    With V = inverse, a = starts V and h = V conversions, what is lost without the states S is
    `a_S (V_SS)^-1 h_S`: the chance to come to S first at each of its states, times that to convert from
    there. Of order 1, S is one state and this `a_i h_i / V_ii` (Sherman and Morrison).
    """
    channels = chain.channels
    if not chain.conversions.any():
        return 0.0, np.zeros(len(channels))
    inverted = inverse(chain)
    arrived = (chain.starts[:, None] * inverted).sum(axis=0)
    converts = (inverted * chain.conversions).sum(axis=1)
    converted = float((chain.starts * converts).sum())
    if chain.order == 1:
        lost = arrived * converts / inverted.diagonal()
    else:
        lost = np.array([_lost(chain, label, inverted, arrived, converts) for label in channels])
    return converted / float(chain.starts.sum()), lost / converted


def _lost(chain: Chain, label: str, inverted: Floats, arrived: Floats, converts: Floats) -> float:
    """Who comes to a channel comes to a state that ends with it before any other that contains it."""
    at = np.array([place for place, state in enumerate(chain.states) if state[-1] == label])
    first = np.linalg.solve(inverted[np.ix_(at, at)], converts[at])
    return float((arrived[at] * first).sum())
