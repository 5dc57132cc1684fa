"""Each lead is judged once, by the score that it had then, and only while it was open."""

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.quality.moment import NEVER, Lead, LeftOut, Looks, score_at
from leadtrace.events.snapshots import ScorePoint

COLD = ScorePoint(0, 5_000, 1_000, "cold")
WARM = ScorePoint(5 * DAY_US, 5_000, 30_000, "warm")
HOT = ScorePoint(9 * DAY_US, 25_000, 40_000, "hot")
UNTIL = 100 * DAY_US


def looked(*leads: Lead, age_days: int = 7) -> tuple[list[tuple[int, ...]], LeftOut]:
    """What is judged, as rows, and what is not."""
    looks = Looks(age_days=age_days, until=UNTIL)
    for lead in leads:
        looks.take(lead)
    sample, left_out = looks.sample()
    return [tuple(int(value) for value in row) for row in zip(*sample, strict=True)], left_out


def test_the_score_is_that_of_the_moment_and_not_a_later_one() -> None:
    rows, left_out = looked(Lead(0, 50 * DAY_US, None, (COLD, WARM, HOT)))
    assert rows == [(7 * DAY_US, 50 * DAY_US, NEVER, 35_000, 1)]
    assert left_out == LeftOut()


def test_a_point_counts_from_its_own_moment_on() -> None:
    timeline = (COLD, WARM, HOT)
    assert score_at(timeline, WARM.at) is WARM
    assert score_at(timeline, WARM.at - 1) is COLD
    assert score_at(timeline, -1) is None


def test_who_had_ended_by_then_or_had_no_score_is_counted_and_not_judged() -> None:
    rows, left_out = looked(
        Lead(0, 7 * DAY_US, None, (COLD,)),
        Lead(0, None, 3 * DAY_US, (COLD,)),
        Lead(95 * DAY_US, None, None, (COLD,)),
        Lead(0, None, None, ()),
        Lead(0, None, None, (HOT,), omitted=3),
        Lead(0, None, None, (ScorePoint(0, 1, 1, "lukewarm"),)),
        Lead(0, None, None, (COLD,), deleted=True),
        # Lost after the moment: it was open then.
        Lead(0, None, 8 * DAY_US, (COLD,)),
    )
    assert left_out == LeftOut(deleted=1, too_young=1, won_before=1, lost_before=1, unscored=3)
    assert [row[2] for row in rows] == [8 * DAY_US]


@given(st.permutations([Lead(day * DAY_US, None, None, (COLD,)) for day in range(5)]))
def test_the_order_in_which_leads_come_is_nothing(leads: list[Lead]) -> None:
    assert looked(*leads) == looked(*sorted(leads))
