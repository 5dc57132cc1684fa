"""Rates by band: weighted, with intervals, and told only where they can be known."""

import pytest

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.quality.conversion import (
    Conversion,
    Interval,
    by_band,
    conversion,
    difference,
    steps,
)
from leadtrace.domain.quality.ending import endings
from tests.unit.domain.quality.samples import UNTIL, Row, many, sample

HORIZON_US = 10 * DAY_US


def converted(rows: list[Row]) -> Conversion:
    """What these rows come to within ten days."""
    return conversion(endings(sample(rows), horizon_us=HORIZON_US, until=UNTIL))


def test_of_leads_that_were_all_watched_it_is_the_plain_ratio_with_wilsons_interval() -> None:
    found = converted(many("hot", age=20, leads=10, won=1))
    assert (found.leads, found.won, found.lost, found.censored, found.mature) == (10, 1, 9, 0, 10)
    assert found.rate == found.naive == 0.1
    assert found.effective == 10
    # statsmodels: proportion_confint(1, 10, method="wilson")
    assert found.interval == pytest.approx((0.01787621, 0.40415002), abs=1e-8)


def test_open_leads_are_censored_and_not_negatives() -> None:
    """By hand: 4 watched for 20 days, one won on day 2; 4 watched for 5 days, one won on day 2."""
    young = [(5.0, 2.0, None, 40, "hot"), *many("hot", age=5, leads=3, won=0)]
    old = [(20.0, 2.0, None, 40, "hot"), *many("hot", age=20, leads=3, won=0)]
    found = converted([*young, *old])
    assert (found.won, found.lost, found.censored, found.mature) == (2, 3, 3, 4)
    # All 8 were watched for 2 days, so a win weighs 1; 4 of 8 for ten, so a lead without one weighs 2.
    assert found.rate == pytest.approx(2 / (2 + 3 * 2))
    assert found.effective == pytest.approx(8**2 / (2 * 1 + 3 * 4))
    assert found.naive == 0.25


def test_without_anybody_watched_for_the_horizon_there_is_no_rate() -> None:
    found = converted(many("hot", age=9.5, leads=10, won=3))
    assert (found.won, found.censored, found.rate, found.interval) == (3, 7, None, None)
    assert found.naive == 0.3


def test_nobody_at_all_is_no_rate_either() -> None:
    assert converted([]) == Conversion(
        leads=0, won=0, lost=0, censored=0, mature=0, rate=None, interval=None, effective=0.0, naive=None
    )


def test_bands_lift_and_steps() -> None:
    rows = [
        *many("cold", age=20, leads=100, won=1),
        *many("warm", age=20, leads=50, won=5),
        *many("hot", age=20, leads=50, won=14),
    ]
    judged = sample(rows)
    found = endings(judged, horizon_us=HORIZON_US, until=UNTIL)
    overall = conversion(found)
    bands = by_band(found, judged.band, overall)
    assert [one.band for one in bands] == ["cold", "warm", "hot"]
    assert [one.conversion.rate for one in bands] == pytest.approx([0.01, 0.1, 0.28])
    assert overall.rate == pytest.approx(0.1)
    assert [one.lift for one in bands] == pytest.approx([0.1, 1.0, 2.8])
    first, second = steps(bands)
    assert (first.below, first.above, second.above) == ("cold", "warm", "hot")
    assert first.difference == pytest.approx(0.09)


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """The example of his paper: 56 of 70 against 48 of 80; method 10 gives 0.0524 to 0.3339."""
    one = converted(many("hot", age=20, leads=70, won=56))
    other = converted(many("hot", age=20, leads=80, won=48))
    found = difference(one, other)
    assert found is not None
    assert found[0] == pytest.approx(0.2)
    assert found[1] == pytest.approx(Interval(0.0524, 0.3339), abs=5e-5)
