"""A measured figure, and what a benchmark is: a name, a sentence, and a run that returns figures."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Better(StrEnum):
    """Which way a figure improves."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one run; `aim` is the bound that it should keep, None where there is none."""

    name: str
    value: float
    unit: str
    better: Better
    aim: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without an aim."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.better is Better.HIGHER else self.value <= self.aim


def lower(name: str, value: float, unit: str, *, aim: float | None = None) -> Figure:
    """A figure of which less is better."""
    return Figure(name, value, unit, Better.LOWER, aim)


def higher(name: str, value: float, unit: str, *, aim: float | None = None) -> Figure:
    """A figure of which more is better."""
    return Figure(name, value, unit, Better.HIGHER, aim)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What can be run by name; every run starts from an empty data folder."""

    name: str
    measures: str
    run: Callable[[], Awaitable[list[Figure]]]


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed (nearest rank), of ascending values."""
    rank = max(0, -(-len(sorted_values) * round(share * 1_000) // 1_000) - 1)
    return sorted_values[rank]


def better_of(runs: Sequence[Figure]) -> Figure:
    """The best of the same figure over several runs."""
    best = max if runs[0].better is Better.HIGHER else min
    return best(runs, key=lambda figure: figure.value)
