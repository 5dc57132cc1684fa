"""Slow, plain references of the data-driven models, and generated paths to hold them against."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from math import factorial

from hypothesis import strategies as st

from leadtrace.domain.credits.aggregate import MICRO, PathCount

CHANNELS = ("ads", "email", "events", "search", "social")
Chances = dict[object, dict[object, Fraction]]


def paths(channels: Sequence[str] = CHANNELS, longest: int = 6) -> st.SearchStrategy[tuple[str, ...]]:
    """Paths with at least one touch, channels may follow themselves."""
    return st.lists(st.sampled_from(channels), min_size=1, max_size=longest).map(tuple)


@st.composite
def rows(draw: st.DrawFn, channels: Sequence[str] = CHANNELS) -> list[PathCount]:
    """Rows as they may come: equal paths more than once, some without a touch, some open leads weighted."""
    drawn = []
    for _ in range(draw(st.integers(0, 8))):
        path = draw(st.one_of(paths(channels), st.just(())) if draw(st.booleans()) else paths(channels))
        conversions = draw(st.integers(0, 20))
        value = draw(st.integers(-1_000, 100_000)) if conversions else 0
        micros = draw(st.sampled_from([0, 0, 1, 333_333, 5_000_000]))
        drawn.append(PathCount(path, conversions, draw(st.integers(0, 20)), value, micros))
    return drawn


def chance_of_conversion(seen: Iterable[PathCount], order: int, without: str | None = None) -> Fraction:
    """P(conversion) from the start, by Gauss and Jordan over fractions.

    States are k-tuples outright: the first one holds the first k channels, a shorter path is its own state.
    """
    steps: dict[object, Counter[object]] = {}
    for row in seen:
        if row.path:
            length = min(order, len(row.path))
            windows = [row.path[at : at + length] for at in range(len(row.path) - length + 1)]
            walk = ["start", *(_kept(window, without) for window in windows)]
            for origin, target in pairwise(walk):
                steps.setdefault(origin, Counter())[target] += row.micros
            steps.setdefault(walk[-1], Counter()).update(
                {"conversion": row.conversions * MICRO, "null": row.null_micros}
            )
    chances: Chances = {
        origin: {target: Fraction(count, total) for target, count in targets.items()}
        for origin, targets in steps.items()
        if origin != "null" and (total := sum(targets.values()))
    }
    return _solved(chances).get("start", Fraction(0))


def _kept(window: tuple[str, ...], without: str | None) -> object:
    """A state; (null) in place of one that is removed, of which nobody ever leaves."""
    return "null" if without in window else window


def _solved(chances: Chances) -> dict[object, Fraction]:
    """x = Q x + r for every state, each unknown put into all other equations in turn."""
    equations = {state: dict(row) for state, row in chances.items()}
    for state, row in equations.items():
        stays = row.pop(state, Fraction(0))
        for target in row:
            row[target] /= 1 - stays
        for other, into in equations.items():
            if other != state and state in into:
                share = into.pop(state)
                for target, chance in row.items():
                    into[target] = into.get(target, Fraction(0)) + share * chance
    return {state: row.get("conversion", Fraction(0)) for state, row in equations.items()}


def shapley(players: Sequence[str], worth: Callable[[frozenset[str]], Fraction]) -> list[Fraction]:
    """The sum over all subsets, as the formula is written."""
    count = len(players)
    values = []
    for player in players:
        others = [other for other in players if other != player]
        value = Fraction(0)
        for size in range(count):
            weight = Fraction(factorial(size) * factorial(count - size - 1), factorial(count))
            for chosen in combinations(others, size):
                value += weight * (worth(frozenset({*chosen, player})) - worth(frozenset(chosen)))
        values.append(value)
    return values
