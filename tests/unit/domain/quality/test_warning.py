"""Warnings: each kind is provoked, with its numbers, and healthy scores give none."""

import pytest

from leadtrace.domain.quality.moment import LeftOut
from leadtrace.domain.quality.score_quality import ScoreQuality, score_quality
from leadtrace.domain.quality.warning import WarningKind
from tests.unit.domain.quality.samples import UNTIL, Row, many, sample

HEALTHY = [
    *many("cold", age=300, leads=400, won=4, points=10),
    *many("warm", age=300, leads=200, won=20, points=40),
    *many("hot", age=300, leads=100, won=30, points=70),
]


def judged(rows: list[Row]) -> ScoreQuality:
    """What is said of these leads by a horizon of 180 days."""
    return score_quality(sample(rows), LeftOut(), horizon_days=180, age_days=7, until=UNTIL)


def kinds(rows: list[Row]) -> list[WarningKind]:
    """Of which kinds the warnings are."""
    return [one.kind for one in judged(rows).warnings]


def test_a_score_that_says_what_happens_is_warned_of_nothing() -> None:
    found = judged(HEALTHY)
    assert (found.warnings, found.inflation, found.monotone) == ((), False, True)


def test_hot_that_converts_no_better_than_warm_is_inflation() -> None:
    found = judged([*HEALTHY, *many("hot", age=300, leads=500, won=20, points=70)])
    assert [one.kind for one in found.warnings] == [WarningKind.HOT_NO_BETTER]
    assert found.warnings[0].words == (
        "Hot converts no better than warm: 8.3 % of 600 leads against 10.0 % of 200 leads"
        " (-1.7 points, 95 % interval -7.0 to +2.6)."
    )
    assert (found.inflation, found.monotone) == (True, False)


def test_where_no_win_is_known_nothing_is_known_of_the_score() -> None:
    found = judged([*many("hot", age=300, leads=100, won=0), *many("warm", age=300, leads=100, won=0)])
    assert (found.warnings, found.inflation) == ((), False)


def test_more_hot_that_is_won_less_is_inflation_and_fewer_wins_alone_are_not() -> None:
    before = [*many("hot", age=250, leads=100, won=50), *many("warm", age=250, leads=900, won=45)]
    fell = [*many("hot", age=200, leads=100, won=20), *many("warm", age=200, leads=900, won=45)]
    found = judged([*before, *fell])
    assert [one.kind for one in found.warnings] == [WarningKind.HOT_FELL]
    assert not found.inflation
    more = [*many("hot", age=200, leads=300, won=60), *many("warm", age=200, leads=700, won=35)]
    found = judged([*before, *more])
    assert [one.kind for one in found.warnings] == [WarningKind.INFLATION]
    assert "the share of hot rose from 10.0 % to 30.0 % of all leads" in found.warnings[0].words
    assert "20.0 % of 300 leads against 50.0 % of 100 leads in the 180 days before" in found.warnings[0].words
    assert found.inflation


def test_a_doubled_share_and_shifted_scores_are_told_before_anybody_knows_what_comes_of_them() -> None:
    recent = [
        *many("hot", age=5, leads=60, won=0, points=70),
        *many("cold", age=5, leads=40, won=0, points=5),
    ]
    before = [
        *many("hot", age=40, leads=20, won=0, points=70),
        *many("cold", age=40, leads=80, won=0, points=5),
    ]
    found = judged([*recent, *before])
    assert [one.kind for one in found.warnings] == [
        WarningKind.HOT_SHARE_DOUBLED,
        WarningKind.SCORES_SHIFTED,
    ]
    assert found.warnings[0].words == (
        "The share of hot rose from 20.0 % of 100 leads to 60.0 % of 100 within 30 days; whether they convert"
        " is known in 180 days."
    )
    assert not found.inflation


@pytest.mark.parametrize("leads", [0, 5])
def test_few_leads_are_no_reason_for_a_warning(leads: int) -> None:
    assert (
        kinds([*many("warm", age=300, leads=leads, won=leads), *many("hot", age=300, leads=leads, won=0)])
        == []
    )


def test_warm_that_is_no_better_than_cold_is_told_too() -> None:
    assert kinds([*HEALTHY, *many("warm", age=300, leads=2_000, won=0)]) == [WarningKind.WARM_NO_BETTER]
