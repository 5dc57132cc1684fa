"""How each model weighs the touches of a path: whole numbers over their sum, so that nothing is rounded yet.

Only time decay has irrational weights: decimals of 34 digits, which are told as whole numbers too.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TypeAlias

from leadtrace.domain.credits.milestones import Passed
from leadtrace.domain.credits.model import Model, ModelParameters, Shares
from leadtrace.domain.credits.touch import PathTouch

_Rule: TypeAlias = Callable[[Sequence[PathTouch], Passed, ModelParameters], list[int] | None]

_DIGITS = 34
# Wide enough for the 34th decimal to be right: exp and ln are rounded correctly at any precision.
_CONTEXT = Context(prec=_DIGITS + 8, rounding=ROUND_HALF_EVEN)
# Operators would round to whatever context is around: everything is reckoned in this one.
_LN_HALF = _CONTEXT.ln(Decimal("0.5"))
# After so many half-lives 34 decimals of a weight are 0.
_FADED = 115


def weights_of(
    model: Model, path: Sequence[PathTouch], found: Passed, parameters: ModelParameters
) -> list[int] | None:
    """The weight of each touch; None for a custom model that was not given.

    The share of a touch is its weight over the sum of all, which is above 0. `path` is not empty, ordered,
    and ends with the conversion; `found` says where its milestones lie. Formulas: docs/attribution.md.
    """
    return _RULES[model](path, found, parameters)


def _first(path: Sequence[PathTouch], _found: Passed, _parameters: ModelParameters) -> list[int]:
    return [1, *[0] * (len(path) - 1)]


def _last(path: Sequence[PathTouch], _found: Passed, _parameters: ModelParameters) -> list[int]:
    return [*[0] * (len(path) - 1), 1]


def _linear(path: Sequence[PathTouch], _found: Passed, _parameters: ModelParameters) -> list[int]:
    return [1] * len(path)


def _by_position(path: Sequence[PathTouch], _found: Passed, _parameters: ModelParameters) -> list[int]:
    """40 % for the first, 40 % for the last, 20 % shared by those between; halves where none is between."""
    between = len(path) - 2
    if between <= 0:
        return [1] * len(path)
    return [2 * between, *[1] * between, 2 * between]


def _by_age(path: Sequence[PathTouch], _found: Passed, parameters: ModelParameters) -> list[int]:
    """2^(-age / half-life) to 34 decimals, age counted from the last touch.

    Counted from the conversion all weights are smaller by one factor, which their sum takes out again; from
    the last touch on, halves and quarters are exact and the last touch keeps every digit.
    """
    last = path[-1].at
    return [_decayed(last - touch.at, parameters.half_life_us) for touch in path]


def _decayed(age_us: int, half_life_us: int) -> int:
    if age_us >= _FADED * half_life_us:
        return 0
    halvings = _CONTEXT.divide(Decimal(age_us), Decimal(half_life_us))
    weight = _CONTEXT.exp(_CONTEXT.multiply(halvings, _LN_HALF))
    return int(_CONTEXT.to_integral_value(_CONTEXT.scaleb(weight, _DIGITS)))


def _by_custom(path: Sequence[PathTouch], found: Passed, parameters: ModelParameters) -> list[int] | None:
    custom = parameters.custom
    return None if custom is None else _by_milestone(path, found, custom.shares())


def _by_shares(shares: Shares) -> _Rule:
    return lambda path, found, _parameters: _by_milestone(path, found, shares)


def _by_milestone(path: Sequence[PathTouch], found: Passed, shares: Shares) -> list[int]:
    """Each milestone's share for its touch, the middle's shared equally by touches without one.

    What is missing, a milestone or the middle, goes pro rata to the milestones that are there; where none
    is, all touches are alike.
    """
    held: Counter[int] = Counter()
    for index, share in zip(found, shares, strict=False):
        if index is not None and share:
            held[index] += share
    between = len(path) - len(held)
    if not held:
        return [1] * len(path)
    if not between:
        return [held[index] for index in range(len(path))]
    whole, present = sum(shares), sum(held.values())
    # Over the denominator whole x present x between.
    weights = [shares.middle * present] * len(path)
    for index, share in held.items():
        weights[index] = share * (whole - shares.middle) * between
    return weights


_RULES: Mapping[Model, _Rule] = {
    Model.FIRST_TOUCH: _first,
    Model.LAST_TOUCH: _last,
    Model.LINEAR: _linear,
    Model.POSITION_BASED: _by_position,
    Model.U_SHAPED_HUBSPOT: _by_shares(Shares(4, 4, 0, 0, 2)),
    Model.U_SHAPED_MARKETO: _by_shares(Shares(1, 1, 0, 0, 0)),
    Model.W_SHAPED: _by_shares(Shares(3, 3, 3, 0, 1)),
    Model.FULL_PATH: _by_shares(Shares(9, 9, 9, 9, 4)),
    Model.TIME_DECAY: _by_age,
    Model.CUSTOM: _by_custom,
}
