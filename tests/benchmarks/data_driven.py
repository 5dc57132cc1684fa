"""Data-driven attribution of a million paths over fifteen channels, and a simulation in the same run."""

import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import numpy as np

from leadtrace.domain.credits.aggregate import PathCount, aggregate
from leadtrace.domain.credits.chain import Chain
from leadtrace.domain.credits.encoded import EncodedPaths
from leadtrace.domain.credits.markov import Arithmetic, removal_effects, solve
from leadtrace.domain.credits.shapley import rate_game, sum_game
from leadtrace.domain.credits.transitions import TransitionCounts
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.random_walks import removal_effects_by_walks

_PATHS: Final = 1_000_000
_CHANNELS: Final = 15
_FEW_CHANNELS: Final = 9
_MEAN_TOUCHES: Final = 4.5
_LONGEST: Final = 60
_KEPT: Final = 100_000
_SEED: Final = 15
_TIMES: Final = 5
_MANY_TIMES: Final = 1_000

_Made = TypeVar("_Made")


def million_paths(channels: int) -> EncodedPaths:
    """A million leads; channels differ in how often they are met and how well they convert."""
    chance = np.random.default_rng(_SEED)
    touches = np.minimum(chance.geometric(1 / _MEAN_TOUCHES, _PATHS), _LONGEST)
    offsets = np.concatenate([[0], np.cumsum(touches)])
    often = np.arange(channels, 0, -1) / sum(range(channels + 1))
    codes = (chance.choice(channels, int(offsets[-1]), p=often) + 1).astype(np.uint8)
    won = (chance.random(_PATHS) < 0.02 * codes[offsets[1:] - 1]).astype(np.int64)
    labels = tuple(f"channel-{place:02}" for place in range(channels))
    return EncodedPaths(labels, codes, offsets, won, 1 - won, 9_900 * won, np.zeros(_PATHS, np.int64))


async def _run() -> list[Figure]:
    paths = million_paths(_CHANNELS)
    chain = paths.chain()
    effects = solve(chain, Arithmetic.FLOAT).removal_effects
    whole, walking = [], []
    # In turns, so that whatever else the machine does meets both alike.
    for _ in range(_TIMES):
        whole.append(_best(lambda: solve(paths.chain(), Arithmetic.FLOAT), times=1)[0])
        seconds, walked = _best(lambda: removal_effects_by_walks(chain, _PATHS, _SEED), times=1)
        walking.append(seconds)
    apart = np.abs(walked - np.array([float(effect) for effect in effects])).max()
    return [
        lower("Markov order 1 of a million paths, from stored arrays", min(whole), "s", aim=0.25),
        lower("a million random walks over the same chain, counts given", min(walking), "s"),
        higher("how many times as fast as the walks", min(walking) / min(whole), "times", aim=15),
        lower("how far the walks are off, the worst channel", float(apart), ""),
        *_of_higher_order(paths),
        *_maintained(paths, chain),
        *_games(paths),
    ]


def _of_higher_order(paths: EncodedPaths) -> list[Figure]:
    second, _ = _best(lambda: solve(paths.chain(2), Arithmetic.FLOAT))
    few = million_paths(_FEW_CHANNELS)
    third, _ = _best(lambda: solve(few.chain(3), Arithmetic.FLOAT), times=1)
    return [
        lower("Markov order 2 of a million paths", second, "s"),
        lower(f"Markov order 3 of a million paths over {_FEW_CHANNELS} channels", third, "s"),
    ]


def _maintained(paths: EncodedPaths, chain: Chain) -> list[Figure]:
    rows = _rows(paths, _KEPT)
    counts = TransitionCounts()
    began = time.perf_counter()
    for row in rows:
        counts.add(row)
    added = (time.perf_counter() - began) / len(rows)
    made, _ = _best(lambda: removal_effects(counts.chain()), times=_MANY_TIMES)
    solved, _ = _best(lambda: removal_effects(chain), times=_MANY_TIMES)
    exactly, _ = _best(lambda: solve(chain, Arithmetic.EXACT))
    return [
        lower("a path added to maintained counts", 1e6 * added, "µs"),
        lower("removal effects from maintained counts", 1e6 * made, "µs"),
        lower("removal effects of a chain", 1e6 * solved, "µs"),
        lower("removal effects of a chain as exact fractions", 1e3 * exactly, "ms"),
    ]


def _games(paths: EncodedPaths) -> list[Figure]:
    rows = aggregate(_rows(paths, _KEPT))
    summed, _ = _best(lambda: sum_game(rows))
    rated, _ = _best(lambda: rate_game(rows))
    return [
        lower(f"Shapley sum game of {_KEPT:,} paths, {_CHANNELS} channels", summed, "s"),
        lower(f"Shapley rate game of {_KEPT:,} paths, {_CHANNELS} channels", rated, "s"),
    ]


def _rows(paths: EncodedPaths, count: int) -> Sequence[PathCount]:
    bounds = paths.offsets.tolist()
    codes = paths.codes[: bounds[count]].tolist()
    ends = zip(bounds[:count], bounds[1 : count + 1], paths.conversions.tolist(), strict=False)
    return [
        PathCount(tuple(paths.labels[code - 1] for code in codes[begin:end]), won, 1 - won, 9_900 * won)
        for begin, end, won in ends
    ]


def _best(do: Callable[[], _Made], times: int = _TIMES) -> tuple[float, _Made]:
    """Seconds of the fastest run and what the last one made."""
    fastest = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        made = do()
        fastest = min(fastest, time.perf_counter() - began)
    return fastest, made


DATA_DRIVEN = Benchmark("data_driven", "Markov and Shapley over a million paths, beside a simulation", _run)
