"""The rule-based models of attribution, and what is to be said before they can divide anything."""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import gcd
from typing import NamedTuple

import msgspec

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.credits.path import PathParameters

# Weights are exact and may be multiplied a few times: nobody means more digits than this.
_FINEST = -18


class Model(StrEnum):
    """What divides one deal among its touches, without looking at any other deal."""

    FIRST_TOUCH = "first_touch"
    LAST_TOUCH = "last_touch"
    LINEAR = "linear"
    POSITION_BASED = "position_based"
    U_SHAPED_HUBSPOT = "u_shaped_hubspot"
    U_SHAPED_MARKETO = "u_shaped_marketo"
    W_SHAPED = "w_shaped"
    FULL_PATH = "full_path"
    TIME_DECAY = "time_decay"
    CUSTOM = "custom"


# The order of every array that holds an amount for each model.
PER_DEAL = tuple(Model)


class Shares(NamedTuple):
    """What each milestone and all other touches together get, as integers over their sum."""

    first_touch: int
    lead_created: int
    opportunity_created: int
    closed: int
    middle: int


class Custom(msgspec.Struct, frozen=True, kw_only=True):
    """A model of one's own: a weight for each milestone, and `middle` for all other touches together.

    A milestone of weight 0 is none: its touch is a middle one.

    Raises:
        ValueError: a weight is below 0 or finer than 18 decimals, or they do not sum to exactly 1.
    """

    first_touch: Decimal = Decimal(0)
    lead_created: Decimal = Decimal(0)
    opportunity_created: Decimal = Decimal(0)
    closed: Decimal = Decimal(0)
    middle: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Refuse weights that would lose or invent money."""
        if not all(_is_weight(one) for one in msgspec.structs.astuple(self)):
            raise ValueError("a weight is a number from 0 to 1 with at most 18 decimals")
        if sum(self.exact()) != 1:
            raise ValueError("weights sum to exactly 1, the middle included")

    def exact(self) -> tuple[Fraction, ...]:
        """The weights in the order of `Shares`."""
        return tuple(Fraction(one) for one in msgspec.structs.astuple(self))

    def shares(self) -> Shares:
        """The same as whole parts, as small as they can be."""
        whole = [int(weight * 10**-_FINEST) for weight in self.exact()]
        common = gcd(*whole)
        return Shares(*(one // common for one in whole))


class ModelParameters(PathParameters, frozen=True, kw_only=True):
    """What paths and models are told; stored with every result.

    `half_life_us` is that of time decay (µs). Without `custom` that model credits nothing to anybody.

    Raises:
        ValueError: the half-life is not above 0.
    """

    half_life_us: int = 7 * DAY_US
    custom: Custom | None = None

    def __post_init__(self) -> None:
        """Refuse what no touch could be weighed by."""
        super().__post_init__()
        if self.half_life_us <= 0:
            raise ValueError("a half-life is above 0")


def _is_weight(one: Decimal) -> bool:
    if not one.is_finite() or not 0 <= one <= 1:
        return False
    exponent = one.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _FINEST
