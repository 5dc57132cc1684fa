"""Laws of honest rates: those of lifelines, between the naive ratio and one that ignores rivals."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.exceptions import StatError

from leadtrace.domain.survival.honest_rate import Ends, HonestRates, honest_rates
from leadtrace.domain.survival.intervals import log_minus_log, wilson

_Rows: TypeAlias = Sequence[tuple[int, ...]]
_ALMOST = 1e-9
_KINDS = "wlgo"  # won, lost, gone, open
# Times that differ: lifelines shifts those that do not by chance.
_DISTINCT = st.lists(
    st.tuples(st.integers(1, 400), st.sampled_from(_KINDS)),
    min_size=2,
    max_size=40,
    unique_by=lambda one: one[0],
)
_COUNTS = st.lists(st.tuples(*(st.integers(0, 6) for _ in _KINDS)), min_size=1, max_size=12)
# Lifelines takes some hundredths of a second for each.
_SLOW = settings(max_examples=60, deadline=None)


def _ends(rows: _Rows, late: Sequence[int] = ()) -> Ends:
    won, lost, gone, still = np.array(rows, dtype=np.int64).T
    came = np.array(late or [0] * len(rows), dtype=np.int64)
    return Ends(np.arange(len(rows), dtype=np.float64) * 86_400, won, lost, gone, still, came)


def _of(rows: _Rows, older: _Rows | None = None) -> HonestRates:
    return honest_rates(_ends(rows), _ends(rows if older is None else older))


def _interval(rate: HonestRates) -> tuple[float, float] | None:
    if rate.complete:
        return wilson(int(rate.won), int(rate.n))
    return log_minus_log(float(rate.value), float(rate.variance))


@_SLOW
@given(_DISTINCT)
def test_share_and_variance_are_those_of_lifelines(left: list[tuple[int, str]]) -> None:
    rows: list[tuple[int, ...]] = [(0, 0, 0, 0)] * (1 + max(time for time, _ in left))
    for time, how in left:
        rows[time] = tuple(int(kind == how) for kind in _KINDS)
    found = _ends(rows)
    at, codes = [one[0] for one in left], [{"w": 1, "l": 2}.get(one[1], 0) for one in left]
    if 1 not in codes:
        assert not found.won_by.any()
        return
    theirs = AalenJohansenFitter(calculate_variance=True).fit(at, codes, event_of_interest=1)
    expected = theirs.cumulative_density_.iloc[:, 0]
    assert found.won_by[expected.index.astype(int)] == pytest.approx(expected.to_numpy(), abs=_ALMOST)
    # Theirs divides by nobody where the last at risk end.
    if dict(left)[max(at)] in "go":
        by = theirs.variance_
        assert found.variance_by[by.index.astype(int)] == pytest.approx(by.to_numpy(), abs=_ALMOST)
        assert found.variance == pytest.approx(by.iloc[-1], abs=_ALMOST)


@_SLOW
@given(_DISTINCT, st.data())
def test_those_who_came_late_count_from_then_on_as_in_lifelines(
    left: list[tuple[int, str]], data: st.DataObject
) -> None:
    ended_at = {time for time, _ in left}
    came = [
        data.draw(st.integers(0, time - 1).filter(lambda at: at not in ended_at), label="came")
        for time, _ in left
    ]
    rows: list[tuple[int, ...]] = [(0, 0, 0, 0)] * (1 + max(ended_at))
    late = [0] * len(rows)
    for (time, how), since in zip(left, came, strict=True):
        rows[time] = tuple(int(kind == how) for kind in _KINDS)
        late[since] += 1
    found = _ends(rows, late)
    at, codes = [one[0] for one in left], [{"w": 1, "l": 2}.get(one[1], 0) for one in left]
    if 1 not in codes:
        assert not found.won_by.any()
        return
    try:
        theirs = AalenJohansenFitter(calculate_variance=False).fit(at, codes, event_of_interest=1, entry=came)
    except StatError:  # theirs stops where all of the few that were watched early ended
        reject()
    expected = theirs.cumulative_density_.iloc[:, 0]
    assert found.won_by[expected.index.astype(int)] == pytest.approx(expected.to_numpy(), abs=_ALMOST)


@given(
    st.lists(_COUNTS.map(lambda rows: [*rows, *[(0, 0, 0, 0)] * (12 - len(rows))]), min_size=1, max_size=4)
)
def test_many_groups_at_once_are_each_as_alone(groups: list[_Rows]) -> None:
    won, lost, gone, still = np.array(groups, dtype=np.int64).transpose(2, 0, 1)
    ends = Ends(_ends(groups[0]).ticks, won, lost, gone, still, np.zeros_like(won))
    together = honest_rates(ends, _ends(groups[0]))
    for place, rows in enumerate(groups):
        alone = _of(rows, groups[0])
        for name in ("n", "won", "open", "complete", "value", "variance", "maturity"):
            assert np.array_equal(getattr(together, name)[place], getattr(alone, name), equal_nan=True)
        assert np.array_equal(together.times([0.5, 0.9])[place], alone.times([0.5, 0.9]), equal_nan=True)


@_SLOW
@given(_COUNTS)
def test_a_rate_is_between_the_naive_one_and_one_without_rivals(rows: _Rows) -> None:
    ends, rate = _ends(rows), _of(rows)
    n = sum(map(sum, rows))
    assert rate.n == n
    if not n:
        assert np.isnan([rate.value, rate.maturity]).all()
        assert _interval(rate) is None
        return
    others = ends.lost + ends.gone + ends.open
    at = [np.repeat(ends.ticks, ends.won), np.repeat(ends.ticks, others)]
    how = np.repeat([1, 0], [ends.won.sum(), others.sum()])
    alone = KaplanMeierFitter().fit(np.concatenate(at), how)
    without_rivals = 1 - float(alone.survival_function_.iloc[-1, 0])
    naive = float(ends.won.sum()) / n
    assert naive - _ALMOST <= rate.value <= without_rivals + _ALMOST
    if (interval := _interval(rate)) is not None:
        assert 0 <= interval[0] <= rate.value + _ALMOST
        assert rate.value - _ALMOST <= interval[1] <= 1
        assert interval[0] < interval[1]
    if not ends.open.any():
        assert rate.maturity == 1.0
    assert rate.complete == (not ends.open.any() and not ends.gone.any())
    if rate.complete:
        assert rate.value == naive


@given(_COUNTS, st.sampled_from((0.5, 0.9)))
def test_a_quantile_is_the_first_age_by_which_so_many_of_the_wins_are_there(
    rows: _Rows, share: float
) -> None:
    only_wins = [(won, 0, 0, 0) for won, *_ in rows]
    [found] = _of(only_wins).times([share])
    wins = np.repeat(_ends(only_wins).ticks, _ends(only_wins).won)
    if not len(wins):
        assert np.isnan(found)
        return
    assert (wins <= found).sum() >= share * len(wins) * (1 - _ALMOST)
    assert (wins < found).sum() < share * len(wins)


def test_what_is_yet_to_come_moves_the_quantiles_out() -> None:
    # Of four that are open half will be won: what has come is two of three wins.
    older = [(0, 0, 0, 0), (0, 0, 0, 0), (1, 1, 0, 0)]
    rate = _of([(2, 0, 0, 0), (2, 0, 0, 4), (0, 0, 0, 0)], older)
    assert rate.maturity == pytest.approx(4 / 6)
    half, most = rate.times([0.5, 0.9])
    assert half == 86_400.0
    assert np.isnan(most)


def test_a_young_cohort_is_immature_and_one_beyond_the_horizon_is_not() -> None:
    older = [(0, 0, 0, 0), (5, 5, 0, 0), (5, 0, 0, 0)]
    young = _of([(0, 0, 0, 10), (0, 0, 0, 0), (0, 0, 0, 0)], older)
    assert (float(young.value), _interval(young), float(young.maturity)) == (0.0, None, 0.0)
    assert _of([(0, 0, 0, 0), (0, 0, 0, 0), (1, 0, 0, 9)], older).maturity == 1.0


def test_where_nobody_ever_won_nobody_can_tell() -> None:
    rate = _of([(0, 2, 0, 5)])
    assert (float(rate.value), _interval(rate)) == (0.0, None)
    assert np.isnan(rate.maturity)


def test_golden_vector() -> None:
    # (days, won, lost or open): 5w 8l 8w 12c 15w 20c 20l 30c 30c 45w
    rows = [(0, 0, 0, 0)] * 46
    for day, counts in {
        5: (1, 0, 0, 0),
        8: (1, 1, 0, 0),
        12: (0, 0, 0, 1),
        15: (1, 0, 0, 0),
        20: (0, 1, 0, 1),
        30: (0, 0, 0, 2),
        45: (1, 0, 0, 0),
    }.items():
        rows[day] = counts
    found = _ends(rows)
    for day, won, still in ((5, 1 / 10, 9 / 10), (8, 1 / 5, 7 / 10), (15, 19 / 60, 7 / 12), (45, 47 / 60, 0)):
        assert found.won_by[day] == pytest.approx(won, abs=_ALMOST)
        assert found.staying[day] == pytest.approx(still, abs=_ALMOST)


@pytest.mark.parametrize(
    ("part", "n", "low", "high"),
    [(0, 10, 0.0, 0.27753), (10, 10, 0.72247, 1.0), (1, 2, 0.09453, 0.90547), (84, 842, 0.08128, 0.12185)],
)
def test_wilson(part: int, n: int, low: float, high: float) -> None:
    assert wilson(part, n) == pytest.approx((low, high), abs=5e-5)


def test_nothing_undefined_has_an_interval() -> None:
    assert wilson(0, 0) is None
    assert [log_minus_log(share, 0.1) for share in (0.0, 1.0)] == [None, None]
    assert log_minus_log(0.5, 0.0) is None
    # One that missed 1 by the rounding of its last digit.
    assert log_minus_log(0.9999999999999999, 0.1) is None
