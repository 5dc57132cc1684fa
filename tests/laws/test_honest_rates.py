"""Laws of honest rates: those of lifelines, between the naive ratio and one that ignores rivals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter

from leadtrace.domain.survival.aalen_johansen import incidence, incidence_of_counts
from leadtrace.domain.survival.honest_rate import Ends, Method, honest_rate, reference, times_to_win
from leadtrace.domain.survival.intervals import log_minus_log, wilson

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
_Left = list[tuple[int, str]]
# Lifelines takes some hundredths of a second for each.
_SLOW = settings(max_examples=60, deadline=None)


def _ends(rows: list[tuple[int, ...]]) -> Ends:
    counts = np.array(rows, dtype=np.int64).T
    return Ends(np.arange(len(rows), dtype=np.float64) * 86_400, *counts)


def _times(left: _Left, kinds: str) -> list[int]:
    return [at for at, how in left if how in kinds]


@_SLOW
@given(_DISTINCT)
def test_share_and_variance_are_those_of_lifelines(left: _Left) -> None:
    found = incidence(_times(left, "w"), _times(left, "l"), _times(left, "go"))
    at, how = [one[0] for one in left], [{"w": 1, "l": 2}.get(one[1], 0) for one in left]
    if 1 not in how:
        assert not found.won.any()
        return
    theirs = AalenJohansenFitter(calculate_variance=True).fit(at, how, event_of_interest=1)
    expected = theirs.cumulative_density_.iloc[:, 0]
    assert found.won_by(expected.index) == pytest.approx(expected.to_numpy(), abs=_ALMOST)
    # Theirs divides by nobody where the last at risk end.
    if found.at_risk[-1] > found.of_won[-1] + found.of_lost[-1]:
        assert found.variance_of_won() == pytest.approx(float(theirs.variance_.iloc[-1]), abs=_ALMOST)


@given(_DISTINCT, st.data())
def test_who_is_watched_late_is_at_risk_late(left: _Left, data: st.DataObject) -> None:
    ordered = sorted(left, key=lambda one: "wlgo".index(one[1].replace("o", "g")))
    entered = [data.draw(st.integers(0, at - 1)) for at, _ in ordered]
    found = incidence(_times(ordered, "w"), _times(ordered, "l"), _times(ordered, "go"), entered)
    for place, time in enumerate(found.times):
        watched = sum(came < time <= at for came, (at, _) in zip(entered, ordered, strict=True))
        assert found.at_risk[place] == watched


@given(_COUNTS)
def test_counts_say_what_single_times_say(rows: list[tuple[int, ...]]) -> None:
    ends = _ends(rows)
    won, lost, gone, still = (
        np.repeat(ends.ticks, counts) for counts in (ends.won, ends.lost, ends.gone, ends.open)
    )
    one = incidence(won, lost, np.concatenate([gone, still]))
    other = incidence_of_counts(ends.ticks, ends.won, ends.lost, ends.gone + ends.open)
    assert one.times.tolist() == other.times.tolist()
    assert one.won == pytest.approx(other.won, abs=_ALMOST)
    assert one.at_risk.tolist() == other.at_risk.tolist()


@_SLOW
@given(_COUNTS)
def test_a_rate_is_between_the_naive_one_and_one_without_rivals(rows: list[tuple[int, ...]]) -> None:
    ends = _ends(rows)
    rate = honest_rate(ends, reference(ends))
    assert rate.n == sum(map(sum, rows))
    if rate.value is None:
        assert (rate.n, rate.interval, rate.maturity, rate.naive) == (0, None, None, None)
        return
    assert rate.naive is not None
    others = ends.lost + ends.gone + ends.open
    at = [np.repeat(ends.ticks, ends.won), np.repeat(ends.ticks, others)]
    how = np.repeat([1, 0], [ends.won.sum(), others.sum()])
    alone = KaplanMeierFitter().fit(np.concatenate(at), how)
    without_rivals = 1 - float(alone.survival_function_.iloc[-1, 0])
    assert rate.naive - _ALMOST <= rate.value <= without_rivals + _ALMOST
    if rate.interval is not None:
        assert 0 <= rate.interval[0] <= rate.value + _ALMOST
        assert rate.value - _ALMOST <= rate.interval[1] <= 1
        assert rate.interval[0] < rate.interval[1]
    if not ends.open.any():
        assert rate.maturity == 1.0
    complete = not ends.open.any() and not ends.gone.any()
    assert rate.method is (Method.WILSON if complete else Method.AALEN_JOHANSEN)
    if complete:
        assert rate.value == rate.naive


@given(_COUNTS, st.sampled_from((0.5, 0.9)))
def test_a_quantile_is_the_first_age_by_which_so_many_of_the_wins_are_there(
    rows: list[tuple[int, ...]], share: float
) -> None:
    ends = _ends([(won, 0, 0, 0) for won, *_ in rows])
    [found] = times_to_win(ends, 1.0, [share])
    wins = np.repeat(ends.ticks, ends.won)
    if not len(wins):
        assert found is None
        return
    assert found is not None
    assert (wins <= found).sum() >= share * len(wins) * (1 - _ALMOST)
    assert (wins < found).sum() < share * len(wins)


def test_what_is_yet_to_come_moves_the_quantiles_out() -> None:
    ends = _ends([(2, 0, 0, 0), (2, 0, 0, 4)])
    assert times_to_win(ends, 1.0, [0.5, 0.9]) == [0.0, 86_400.0]
    assert times_to_win(ends, 0.5, [0.5, 0.9]) == [86_400.0, None]
    assert times_to_win(ends, None, [0.5]) == [None]


def test_a_young_cohort_is_immature_and_one_beyond_the_horizon_is_not() -> None:
    older = reference(_ends([(0, 0, 0, 0), (5, 5, 0, 0), (5, 0, 0, 0)]))
    young = honest_rate(_ends([(0, 0, 0, 10), (0, 0, 0, 0), (0, 0, 0, 0)]), older)
    assert (young.value, young.interval, young.maturity, young.immature) == (0.0, None, 0.0, True)
    old = honest_rate(_ends([(0, 0, 0, 0), (0, 0, 0, 0), (1, 0, 0, 9)]), older)
    assert (old.maturity, old.immature) == (1.0, False)


def test_where_nobody_ever_won_nobody_can_tell() -> None:
    ends = _ends([(0, 2, 0, 5)])
    rate = honest_rate(ends, reference(ends))
    assert (rate.value, rate.interval, rate.maturity, rate.immature) == (0.0, None, None, True)


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
