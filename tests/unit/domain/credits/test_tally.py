"""Numbers counted by numpy, bytes two at a time, against a plain count."""

from collections import Counter

import numpy as np
import pytest

from leadtrace.domain.credits.encoded import EncodedPaths
from leadtrace.domain.credits.tally import counted

_MANY = 150_000


@pytest.mark.parametrize("many", [0, 1, 7, 65_535, 65_536, 65_537, _MANY, _MANY + 1])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_each_number_is_counted_as_often_as_it_stands_there(
    many: int, dtype: type[np.unsignedinteger]
) -> None:
    numbers = np.random.default_rng(many).integers(0, 200, many).astype(dtype)
    counts = Counter(numbers.tolist())
    assert counted(numbers, 200).tolist() == [counts[number] for number in range(200)]


@pytest.mark.parametrize("order", [1, 2])
def test_paths_that_weigh_alike_make_the_chain_that_they_make_beside_one_that_does_not(order: int) -> None:
    paths = _paths(60_000)
    heavier = _with_one_that_never_came(paths)
    alike, otherwise = paths.chain(order), heavier.chain(order)
    assert alike.states == otherwise.states
    for part in ("starts", "steps", "conversions", "nulls"):
        assert np.array_equal(getattr(alike, part), getattr(otherwise, part)), part


def _paths(count: int) -> EncodedPaths:
    chance = np.random.default_rng(3)
    offsets = np.concatenate([[0], np.cumsum(chance.integers(1, 6, count))])
    codes = chance.integers(1, 9, int(offsets[-1])).astype(np.uint8)
    won = chance.integers(0, 2, count)
    nothing = np.zeros(count, np.int64)
    return EncodedPaths(tuple("abcdefgh"), codes, offsets, won, 1 - won, 100 * won, nothing)


def _with_one_that_never_came(paths: EncodedPaths) -> EncodedPaths:
    """The same with a path of weight 0 behind them, so that not all weigh alike."""
    codes = np.append(paths.codes, paths.codes[:1])
    none = np.zeros(1, np.int64)
    return EncodedPaths(
        paths.labels,
        codes,
        np.append(paths.offsets, len(codes)),
        np.append(paths.conversions, none),
        np.append(paths.nulls, none),
        np.append(paths.values, none),
        np.append(paths.open_micros, none),
    )
