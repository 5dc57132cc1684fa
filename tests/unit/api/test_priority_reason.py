"""The sentence says facts in words, and the trend says which way intent went within a week."""

import msgspec
import pytest

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.scoring.account import AccountPoints, Part, Person
from leadtrace.events.snapshots import Contribution, LeadScore, ScorePoint
from leadtrace_api.priorities.reason import colleagues, reason, span
from leadtrace_api.priorities.trend import Direction, change, direction
from leadtrace_api.store.work import band_since
from tests.unit.api.snapshots import DEFINITION, lead_id

HOUR = 3_600.0
SCORE = LeadScore(
    lead_id=lead_id(1),
    definition=DEFINITION,
    intent=38_000,
    band="hot",
    intent_contributions=(
        Contribution("pricing_page", 8_000, "looked at prices"),
        Contribution("demo_request", 30_000, "asked to see it"),
        Contribution("search", 7_000, "was looking for what we sell"),
        Contribution("cap:visits", -2_000, "more than these may add"),
    ),
    fit_contributions=(
        Contribution("seniority", 15_000, "decides about budgets"),
        Contribution("size", 6_000, "size is 10"),
    ),
    timeline=(
        ScorePoint(10 * DAY_US, 1, 2_000, "cold"),
        ScorePoint(20 * DAY_US, 1, 30_000, "hot"),
        ScorePoint(21 * DAY_US, 1, 20_000, "warm"),
        ScorePoint(25 * DAY_US, 1, 30_000, "hot"),
        ScorePoint(26 * DAY_US, 1, 38_000, "hot"),
    ),
)


def said(
    score: LeadScore | None = SCORE,
    *,
    band_for_s: float | None = 3 * HOUR,
    at_least: bool = False,
    left_s: float | None = HOUR,
) -> str:
    """The sentence of a lead that has been hot for three hours, with one left."""
    return reason(score, band_for_s=band_for_s, at_least=at_least, left_s=left_s)


def test_the_three_largest_parts_are_told_what_it_did_before_who_it_is() -> None:
    assert said() == (
        "Hot for 3 h: asked to see it, looked at prices; decides about budgets. 1 h left to make contact."
    )


def test_what_is_overdue_is_told_so_and_what_has_no_clock_is_not_told_of_one() -> None:
    assert said(left_s=-90.0).endswith("decides about budgets. Contact was due 1 min ago.")
    assert said(left_s=None).endswith("decides about budgets.")
    assert said(at_least=True).startswith("Hot for at least 3 h:")


def test_without_reasons_or_without_a_score_little_is_said() -> None:
    bare = msgspec.structs.replace(SCORE, intent_contributions=(), fit_contributions=())
    assert said(bare, band_for_s=3 * 24 * HOUR, left_s=None) == "Hot for 3 days."
    assert said(bare, band_for_s=None, left_s=None) == "Hot."
    assert said(None) == "Not scored yet."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 min"), (3_599, "59 min"), (3_600, "1 h"), (172_799, "47 h"), (172_800, "2 days")],
)
def test_spans_are_told_in_the_largest_unit_that_says_enough(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_the_trend_is_intent_against_a_week_before() -> None:
    assert change(SCORE, 33 * DAY_US) == 0
    assert change(SCORE, 33 * DAY_US - 1) == 8_000
    assert change(SCORE, 28 * DAY_US) == 18_000
    assert change(SCORE, 12 * DAY_US) == 38_000
    assert change(msgspec.structs.replace(SCORE, timeline_omitted=1), 12 * DAY_US) is None


@pytest.mark.parametrize(
    ("changed", "called"),
    [(5_000, "rising"), (4_999, "steady"), (0, "steady"), (-4_999, "steady"), (-5_000, "falling")],
)
def test_five_points_are_a_direction(changed: int, called: str) -> None:
    assert direction(changed) is Direction(called)


def test_a_band_began_where_its_last_run_did() -> None:
    assert band_since(SCORE) == 25 * DAY_US
    assert band_since(msgspec.structs.replace(SCORE, band="warm")) is None
    assert band_since(msgspec.structs.replace(SCORE, timeline=())) is None


def test_colleagues_are_told_where_they_add_points() -> None:
    def people(count: int, untold: int = 0) -> AccountPoints:
        parts = tuple(Part(Person(str(number), -2 * 3_600_000_000), 1_000) for number in range(count))
        return AccountPoints(count + untold, parts, 0, untold)

    assert colleagues("acme.example", people(0), 0) is None
    assert colleagues("acme.example", people(1), 0) == "1 person of acme.example was active, last 2 h ago."
    assert colleagues("acme.example", people(3), 0) == "3 people of acme.example were active, last 2 h ago."
    crowd = "More than 100 people of acme.example were active, last 2 h ago."
    assert colleagues("acme.example", people(100, untold=1), 0) == crowd
    told = reason(
        SCORE, band_for_s=3 * HOUR, at_least=False, left_s=HOUR, colleagues="2 people of a were active."
    )
    assert told.endswith("decides about budgets. 2 people of a were active. 1 h left to make contact.")
