"""What a won deal is credited as, by the words of the formulas and nothing else: slowly, in fractions."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from math import floor
from typing import NamedTuple

MODELS = (
    "first_touch",
    "last_touch",
    "linear",
    "position_based",
    "u_shaped_hubspot",
    "u_shaped_marketo",
    "w_shaped",
    "full_path",
    "time_decay",
    "custom",
)
_TENTH = Fraction(1, 10)
# Of first touch, lead creation, opportunity creation and close; what is left is the middle's.
_OF_MILESTONES = {
    "u_shaped_hubspot": (4 * _TENTH, 4 * _TENTH, Fraction(0), Fraction(0)),
    "u_shaped_marketo": (5 * _TENTH, 5 * _TENTH, Fraction(0), Fraction(0)),
    "w_shaped": (3 * _TENTH, 3 * _TENTH, 3 * _TENTH, Fraction(0)),
    "full_path": (Fraction(225, 1000),) * 4,
}
_DIGITS = 80
Touch = tuple[int, str, tuple[str | None, ...]]
# When, in which currency, by which dimensions, whether by a touch at all.
Key = tuple[int, str | None, tuple[str | None, ...], bool]


class Asked(NamedTuple):
    """What the formulas are told; moments and spans in µs, `custom` as a weight for each milestone."""

    created: int | None
    opportunity: int | None
    closed: int
    half_life: int
    lookback: int | None
    transform: str
    direct: str | None
    custom: tuple[Fraction, ...] | None


def path_of(touches: Iterable[Touch], asked: Asked) -> list[Touch]:
    """The touches that count, by asking of each one."""
    there = [one for one in touches if one[0] <= asked.closed]
    if asked.lookback is not None:
        there = [one for one in there if asked.closed - one[0] <= asked.lookback]
    if asked.direct is not None and any(one[2][0] != asked.direct for one in there):
        there = [one for one in there if one[2][0] != asked.direct]
    path: list[Touch] = []
    while there:
        earliest = there[0]
        for one in there[1:]:
            if _before(one, earliest):
                earliest = one
        there.remove(earliest)
        channel = earliest[2][0]
        again = asked.transform == "exposure" and path and path[-1][2][0] == channel
        seen = asked.transform == "first" and any(one[2][0] == channel for one in path)
        if not again and not seen:
            path.append(earliest)
    return path


def _before(one: Touch, other: Touch) -> bool:
    if one[:2] != other[:2]:
        return one[:2] < other[:2]
    for mine, its in zip(one[2], other[2], strict=True):
        if mine != its:
            return mine is None or (its is not None and mine < its)
    return False


def shares(model: str, times: Sequence[int], asked: Asked) -> list[Fraction] | None:
    """What part of a deal each touch of a path has, oldest first; None without such a model."""
    n = len(times)
    if model == "custom" and asked.custom is None:
        return None
    simple: dict[str, Callable[[int], Fraction]] = {
        "first_touch": lambda i: Fraction(i == 0),
        "last_touch": lambda i: Fraction(i == n - 1),
        "linear": lambda _: Fraction(1, n),
        "position_based": lambda i: _position(i, n),
    }
    if model in simple:
        return [simple[model](i) for i in range(n)]
    if model == "time_decay":
        return _decay(times, asked)
    return _milestones(times, asked, (asked.custom or ()) if model == "custom" else _OF_MILESTONES[model])


def _position(i: int, n: int) -> Fraction:
    if n <= 2:
        return Fraction(1, n)
    return 4 * _TENTH if i in {0, n - 1} else 2 * _TENTH / (n - 2)


def _decay(times: Sequence[int], asked: Asked) -> list[Fraction]:
    with localcontext() as context:
        context.prec = _DIGITS
        weights = [Decimal(2) ** (-Decimal(asked.closed - at) / Decimal(asked.half_life)) for at in times]
        return [Fraction(one / sum(weights)) for one in weights]


def _milestones(times: Sequence[int], asked: Asked, weights: Sequence[Fraction]) -> list[Fraction]:
    middle = 1 - sum(weights, Fraction(0))
    there = [(0, weights[0])] if weights[0] else []
    moments = (asked.created, asked.opportunity, asked.closed)
    for moment, weight in zip(moments, weights[1:], strict=True):
        before = [i for i, at in enumerate(times) if moment is not None and at <= moment]
        if before and weight:
            there.append((before[-1], weight))
    if not there:
        return [Fraction(1, len(times)) for _ in times]
    taken = {i for i, _ in there}
    others = [i for i in range(len(times)) if i not in taken]
    to_milestones = 1 - middle if others else Fraction(1)
    found = [Fraction(0) for _ in times]
    for i, weight in there:
        found[i] += to_milestones * weight / sum(one for _, one in there)
    for i in others:
        found[i] = middle / len(others)
    return found


def largest_remainder(total: int, parts: Sequence[Fraction]) -> list[int]:
    """Whole units, those left over to the largest remainders, of equal ones to the earlier."""
    sign = -1 if total < 0 else 1
    exact = [abs(total) * part for part in parts]
    units = [floor(one) for one in exact]
    remainders = [one - unit for one, unit in zip(exact, units, strict=True)]
    largest_first = sorted(range(len(parts)), key=lambda i: (-remainders[i], i))
    for i in largest_first[: abs(total) - sum(units)]:
        units[i] += 1
    return [sign * unit for unit in units]


def credits_of(
    touches: Iterable[Touch], bookings: Sequence[tuple[int, int, str]], asked: Asked
) -> dict[Key, list[int]]:
    """What each row holds for each model, rows of nothing left out; `bookings` by when, how much, in what."""
    path = path_of(touches, asked)
    rows: dict[Key, list[int]] = defaultdict(lambda: [0] * len(MODELS))
    steps: list[tuple[int, int, str | None]] = [*bookings, (asked.closed, 1_000_000, None)]
    for column, model in enumerate(MODELS):
        if model == "custom" and asked.custom is None:
            continue
        given = (shares(model, [one[0] for one in path], asked) or []) if path else [Fraction(1)]
        where = [(one[2], True) for one in path] or [((None,) * 6, False)]
        left: dict[str | None, int] = {}
        before: dict[str | None, list[int]] = {}
        nothing = [0] * len(given)
        for at, change, currency in steps:
            left[currency] = left.get(currency, 0) + change
            after = largest_remainder(left[currency], given)
            for place, had, has in zip(where, before.get(currency, nothing), after, strict=True):
                rows[at, currency, *place][column] += has - had
            before[currency] = after
    return {key: amounts for key, amounts in rows.items() if any(amounts)}
