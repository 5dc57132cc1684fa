"""Of a moment the hour decides how open steps are counted: while it lasts, so does every rate."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.survival.age_bins import BEGINS_S
from leadtrace_api.funnel.entries import FIRST_ORDINAL, Entries, Packed, unpacked
from leadtrace_api.funnel.moment import Moment, moment
from leadtrace_api.projector.step_codes import code_of_open

_DAY_S = 86_400
_TODAY = 739_000
_FIRST = _TODAY - 800
_OPEN = st.lists(st.tuples(st.integers(0, 6), st.integers(_FIRST, _TODAY + 2)), max_size=20)
# Beside the ends of minutes and of hours, where ages come into another bin.
_ENDS = [60 * minutes for minutes in (1, 2, 5, 10, 15, 30, *range(60, 24 * 60, 60))]
# Moments have microseconds, and no more.
_SOME = st.integers(0, _DAY_S * 1_000_000 - 1).map(lambda micros: micros / 1_000_000)
_SECONDS = st.lists(_SOME, max_size=10).map(
    lambda some: sorted([0.0, *(float(end + beside) for end in _ENDS for beside in (-1, 0, 1)), *some])
)


def _opened(steps: list[tuple[int, int]]) -> Entries:
    codes = np.array([code_of_open(step, day - _FIRST) for step, day in {*steps, (0, _TODAY)}])
    packed = Packed(np.array([_FIRST - FIRST_ORDINAL]), np.array([len(codes)]), codes.astype(np.uint32))
    return unpacked([packed])[0]


def _by_bin(moment: Moment, steps: list[tuple[int, int]]) -> Counter[tuple[int, int]]:
    """By step and bin, one step after the other."""
    found: Counter[tuple[int, int]] = Counter()
    for step, day in {*steps, (0, _TODAY)}:
        age = max((moment.day - day) * _DAY_S + moment.seconds, 0)
        found[step, sum(begin <= age for begin in BEGINS_S.tolist()) - 1] += 1
    return found


@given(steps=_OPEN, seconds=_SOME)
def test_each_open_step_is_counted_in_the_bin_of_its_age(
    steps: list[tuple[int, int]], seconds: float
) -> None:
    now = Moment(_TODAY, seconds)
    found = now.open_by_bin(_opened(steps))
    places = zip(*found.nonzero(), strict=True)
    assert {(int(step), int(at)): found[step, at] for step, at in places} == _by_bin(now, steps)


@given(steps=_OPEN, seconds=_SECONDS)
def test_to_the_hour_it_is_known_in_which_bin_each_open_step_is(
    steps: list[tuple[int, int]], seconds: list[float]
) -> None:
    opened, midnight = _opened(steps), datetime.fromordinal(_TODAY).replace(tzinfo=UTC)
    for second in seconds:
        told = moment(midnight + timedelta(seconds=second), ZoneInfo("UTC"))
        assert (told.open_by_bin(opened) == Moment(_TODAY, second).open_by_bin(opened)).all()


@given(seconds=_SOME, days=st.integers(0, 900), at=st.integers(0, len(BEGINS_S) - 2))
def test_of_who_entered_at_any_moment_of_a_day_it_is_known_how_much_of_a_bin_was_watched(
    seconds: float, days: int, at: int
) -> None:
    now, entered = Moment(_TODAY, seconds), _TODAY - min(days, _TODAY - _FIRST)
    found = now.unseen_by_bin(_opened([(3, entered)]))[3, at]
    oldest = (_TODAY - entered) * _DAY_S + seconds
    youngest = max(oldest - _DAY_S, 0)
    # A thousand leads side by side.
    ages = youngest + (oldest - youngest) * (np.arange(1_000) + 0.5) / 1_000
    begin, end = BEGINS_S[at : at + 2]
    unseen = 1 - np.clip((ages - begin) / (end - begin), 0, 1)
    expected = float(unseen.mean()) if begin <= oldest else 0.0
    assert found == pytest.approx(expected, abs=0.002)


def test_a_day_has_few_of_them() -> None:
    zone, midnight = ZoneInfo("UTC"), datetime(2026, 3, 2, tzinfo=UTC)
    day = {moment(midnight + timedelta(seconds=second), zone) for second in range(0, _DAY_S, 10)}
    assert len(day) == 24 + 3
    assert moment(midnight + timedelta(days=1), zone) not in day
