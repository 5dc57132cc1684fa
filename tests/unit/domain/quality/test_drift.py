"""Drift: the stability index by hand, shares of two months, hot leads of mature ones."""

import numpy as np
import pytest

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.quality.drift import drift, stability_index
from leadtrace.domain.quality.ending import endings
from tests.unit.domain.quality.samples import UNTIL, many, sample


def test_the_stability_index_is_computed_as_by_hand() -> None:
    before = np.array([1_000] * 10 + [2_000] * 10)
    recent = np.array([1_000] * 5 + [2_000] * 15)
    found = stability_index(before, recent)
    assert found is not None
    # Two intervals, half a lead added to each count.
    then, now = np.array([10.5, 10.5]) / 21, np.array([5.5, 15.5]) / 21
    assert found[0] == pytest.approx(float(np.sum((now - then) * np.log(now / then))))
    assert found[1] == pytest.approx(1 / 20 + 1 / 20)


def test_the_same_scores_have_no_index_to_speak_of_and_none_without_leads() -> None:
    points = np.arange(1_000)
    found = stability_index(points, points)
    assert found is not None
    assert found[0] == 0.0
    assert stability_index(points, points[:0]) is None


def test_by_chance_alone_the_index_is_about_its_noise() -> None:
    chance = np.random.default_rng(5)
    drawn = [stability_index(*chance.integers(0, 10**6, (2, 500))) for _ in range(300)]
    indices, noises = zip(*(one for one in drawn if one), strict=True)
    assert np.mean(indices) == pytest.approx(np.mean(noises), rel=0.15)


def test_months_are_thirty_days_and_hot_is_asked_about_where_all_is_known() -> None:
    judged = sample(
        [
            *many("hot", age=0, leads=1, won=0),
            *many("cold", age=29.9, leads=1, won=0),
            *many("warm", age=30, leads=4, won=0),
            *many("hot", age=100, leads=10, won=2),
            *many("hot", age=131, leads=20, won=10),
            *many("cold", age=131, leads=20, won=0),
            *many("hot", age=400, leads=50, won=50),
        ]
    )
    found = drift(judged, endings(judged, horizon_us=100 * DAY_US, until=UNTIL), until=UNTIL)
    assert (found.recent, found.before) == (2, 4)
    assert {one.band: (one.recent, one.before) for one in found.shares} == {
        "cold": (0.5, 0.0),
        "warm": (0.0, 1.0),
        "hot": (0.5, 0.0),
    }
    hot = found.hot
    assert (hot.newest.leads, hot.newest.rate, hot.newest_share) == (10, 0.2, 1.0)
    assert (hot.trailing.leads, hot.trailing.rate, hot.trailing_share) == (20, 0.5, 0.5)
    assert hot.difference == pytest.approx(-0.3)
