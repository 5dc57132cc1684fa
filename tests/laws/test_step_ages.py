"""Each step that folds say was entered ends in one way at most, and in the way in which the lead stands."""

from zoneinfo import ZoneInfo

from hypothesis import given

from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.calendar import calendar
from leadtrace.domain.fact import Fact
from leadtrace.events.lead import LADDER
from leadtrace.events.snapshots import LeadStatus
from leadtrace.testing.attribution_facts import lead_outcome
from leadtrace.testing.attribution_strategies import LEAD_VALUES, deals_of_a_lead
from leadtrace.testing.strategies import facts
from leadtrace_api.projector.contribution import Basis, Measure, cells
from leadtrace_api.projector.step_ages import step_ages
from leadtrace_api.projector.step_codes import STEPS
from tests.unit.api.steps import told

BERLIN = calendar(ZoneInfo("Europe/Berlin"))

_OTHERWISE = {
    LeadStatus.OPEN: {"open"},
    LeadStatus.WON: set(),
    LeadStatus.LOST: {"lost"},
    LeadStatus.DELETED: {"lost", "gone"},
}


@given(facts(LEAD_VALUES, max_size=30), deals_of_a_lead())
def test_steps_entered_are_those_whose_rung_is_reached_and_end_as_the_lead_does(
    given_facts: list[Fact], deals: list[DealView]
) -> None:
    outcome = lead_outcome(given_facts, *deals)
    made = step_ages(outcome, BERLIN)
    if outcome.captured_at is None:
        assert made is None
        return
    assert made is not None
    ends = {name: end for name, end in told(made.codes).items() if not name.endswith("late")}
    counted = {
        (place[2], place[3])
        for (place, _, measure), _ in cells(outcome, BERLIN)
        if (place[1], measure) == (Basis.COHORT, Measure.REACHED)
    }
    assert {day for day, _ in counted} <= {made.cohort.day}
    reached = {rung for _, rung in counted}
    assert set(ends) == {f"{low}>{high}" for low, high in STEPS if low in reached}
    assert {name for name, end in ends.items() if end[0] == "won" or end == ("unwatched", 1)} == {
        f"{low}>{high}" for low, high in STEPS if high in reached
    }
    others = {end for end, _ in ends.values()} - {"won", "unwatched"}
    assert others <= _OTHERWISE[outcome.status]
    assert len(others) <= 1
    assert outcome.status is not LeadStatus.WON or reached == {stage.value for stage in LADDER}
