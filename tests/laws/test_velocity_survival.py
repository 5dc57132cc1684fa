"""Kaplan-Meier quantiles against a slow count in fractions, and what nine of ten finished within."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_api.survival import QUANTILES, Sample, together

TIMES = st.lists(st.integers(0, 12).map(float), max_size=40)


def sample(ended: list[float], lasting: list[float], gone: list[float]) -> Sample:
    return Sample(np.array(ended, float), np.array(lasting, float), np.array(gone, float))


def quantile(ended: list[float], censored: list[float], share: Fraction) -> float | None:
    """From the definition: at each time at which some end, they are so many of those still there."""
    staying = Fraction(1)
    for time in sorted(set(ended)):
        there = sum(one >= time for one in [*ended, *censored])
        staying *= 1 - Fraction(ended.count(time), there)
        if staying <= 1 - share:
            return time
    return None


@given(TIMES, TIMES, TIMES)
def test_quantiles_are_those_of_the_definition(
    ended: list[float], lasting: list[float], gone: list[float]
) -> None:
    found = sample(ended, lasting, gone).quantiles()
    assert found == {
        name: quantile(ended, [*lasting, *gone], Fraction(str(share))) for name, share in QUANTILES.items()
    }


@given(TIMES, TIMES)
def test_of_what_has_all_ended_a_quantile_is_the_time_by_which_so_many_had(
    ended: list[float], lasting: list[float]
) -> None:
    for name, time in sample(ended, [], []).quantiles().items():
        share = Fraction(str(QUANTILES[name]))
        by = [one for place, one in enumerate(sorted(ended), 1) if Fraction(place, len(ended)) >= share]
        assert time == (by[0] if by else None)
    whole = sample(ended, lasting, [])
    after = whole.long()
    if after is None:
        assert not ended
        return
    assert sum(one <= after for one in ended) * 10 >= 9 * len(ended)
    assert sum(one < after for one in ended) * 10 < 9 * len(ended)
    assert whole.lasting_beyond(after) == sum(one > after for one in lasting)


@given(st.lists(st.tuples(TIMES, TIMES, TIMES), min_size=1, max_size=4))
def test_the_total_is_all_parts_as_one(parts: list[tuple[list[float], list[float], list[float]]]) -> None:
    whole = together([sample(*part) for part in parts])
    ended, lasting, gone = ([one for part in parts for one in part[place]] for place in range(3))
    assert whole.n == len(ended) + len(lasting) + len(gone)
    assert whole.quantiles() == sample(ended, lasting, gone).quantiles()


def test_a_million_that_end_one_after_the_other_lose_nothing_by_rounding() -> None:
    times = np.arange(1, 1_000_001, dtype=np.float64)
    none = np.empty(0)
    assert Sample(times, none, none).quantiles() == {
        "p50": 500_000.0,
        "p75": 750_000.0,
        "p90": 900_000.0,
        "p95": 950_000.0,
    }
