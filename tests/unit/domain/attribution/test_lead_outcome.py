"""What a lead comes out as: status, capture, acquisition, holder, touches and flags."""

import msgspec
import pytest

from leadtrace.domain.attribution.lead_fold import FURTHER_DAYS, TOUCH_LIMIT, LeadFold
from leadtrace.domain.attribution.views import DealView, QualificationView
from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.events.codec import encode
from leadtrace.events.lead import (
    Acquisition,
    LeadCaptured,
    LeadDeleted,
    LeadOwnerChanged,
    LeadRestored,
    LeadStageChanged,
    LeadUpdated,
    Stage,
)
from leadtrace.events.snapshots import (
    DealShare,
    DealStatus,
    DefinitionRef,
    FrozenVerdicts,
    LeadOutcome,
    LeadStatus,
    Qualification,
    Touch,
)
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.attribution_facts import Told, day, lead_facts, lead_outcome

MQL = LeadStageChanged(Stage.MARKETING_QUALIFIED, "marketingqualifiedlead")
ORGANIC = Acquisition(channel="organic_search", source="google")
WON = DealView("d1", DealStatus.WON, day(5), day(9), 12_345, "BRL", day(9))


def test_olist_lead_from_creation_to_won() -> None:
    facts = lead_facts(
        (1, LeadCaptured()),
        (1, LeadUpdated(acquisition=ORGANIC)),
        (1, TouchpointRecorded(channel="organic_search", source="google")),
        (1, MQL),
    )
    outcome = lead_outcome(facts, WON)
    assert outcome.status == LeadStatus.WON
    assert outcome.captured_at == day(1)
    assert outcome.acquisition == ORGANIC
    assert outcome.first_touch == outcome.last_touch == Touch(day(1), ORGANIC)
    assert outcome.first_reached == {
        Stage.INQUIRY: day(1),
        Stage.MARKETING_QUALIFIED: day(1),
        Stage.OPPORTUNITY: day(5),
        Stage.CUSTOMER: day(9),
    }
    assert outcome.deals == (DealShare("d1", DealStatus.WON, 12_345, "BRL", day(9)),)
    assert (outcome.won_at, outcome.lost_at, outcome.latest_at) == (day(9), None, day(9))
    assert outcome.flags == ()


def test_lead_won_before_its_first_contact_is_kept_and_flagged() -> None:
    outcome = lead_outcome(lead_facts((12, LeadCaptured()), (12, MQL)), WON)
    assert outcome.status == LeadStatus.WON
    assert outcome.captured_at == day(12)
    assert outcome.won_at == outcome.first_reached[Stage.CUSTOMER] == day(9)
    assert outcome.flags == ("won_before_capture",)


def test_visitor_has_touches_and_nothing_else() -> None:
    outcome = lead_outcome(lead_facts((1, TouchpointRecorded(channel="email")), (2, TouchpointRecorded())))
    assert outcome.status == LeadStatus.VISITOR
    assert (outcome.captured_at, outcome.stage, outcome.transitions) == (None, None, ())
    assert outcome.touches == 2
    assert outcome.acquisition == Acquisition(channel="email")
    assert outcome.flags == ()


def test_nothing_known_is_a_visitor_too() -> None:
    assert lead_outcome([]) == LeadOutcome(lead_id="lead-1", definition=lead_outcome([]).definition)


@pytest.mark.parametrize(
    ("told", "deals", "captured"),
    [
        pytest.param([(2, LeadUpdated()), (3, MQL)], [WON], 2, id="creation never delivered"),
        pytest.param([(2, TouchpointRecorded())], [WON], 5, id="only a deal of the contact"),
    ],
)
def test_a_lead_whose_creation_is_unknown_starts_with_the_earliest_trace(
    told: list[Told], deals: list[DealView], captured: float
) -> None:
    outcome = lead_outcome(lead_facts(*told), *deals)
    assert outcome.captured_at == outcome.first_reached[Stage.INQUIRY] == day(captured)
    assert outcome.flags == ("unhydrated",)


def test_a_capture_that_arrives_ends_the_guess() -> None:
    outcome = lead_outcome(lead_facts((2, LeadUpdated()), (4, LeadCaptured()), (6, LeadCaptured())))
    assert (outcome.captured_at, outcome.flags) == (day(4), ())


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ([MQL], LeadStatus.OPEN),
        ([LeadStageChanged(Stage.RECYCLED, "x")], LeadStatus.OPEN),
        ([LeadStageChanged(Stage.LOST, "x")], LeadStatus.LOST),
        ([LeadStageChanged(Stage.DISQUALIFIED, "x")], LeadStatus.LOST),
        ([LeadStageChanged(Stage.CUSTOMER, "x")], LeadStatus.WON),
        ([LeadStageChanged(Stage.CUSTOMER, "x"), LeadDeleted()], LeadStatus.DELETED),
        ([MQL, LeadDeleted(), LeadRestored()], LeadStatus.OPEN),
    ],
)
def test_status_by_the_lead_itself(told: list[msgspec.Struct], status: LeadStatus) -> None:
    outcome = lead_outcome(lead_facts((1, LeadCaptured()), *((2, data) for data in told)))
    assert outcome.status == status
    ended = day(2) if outcome.stage in (Stage.CUSTOMER, Stage.LOST, Stage.DISQUALIFIED) else None
    assert (outcome.won_at or outcome.lost_at) == ended


def test_a_won_deal_outweighs_the_stage() -> None:
    told = (10, LeadStageChanged(Stage.DISQUALIFIED, "spam"))
    outcome = lead_outcome(lead_facts((1, LeadCaptured()), told), WON)
    assert (outcome.status, outcome.stage) == (LeadStatus.WON, Stage.DISQUALIFIED)
    assert (outcome.won_at, outcome.lost_at) == (day(9), None)


def test_a_deleted_lead_keeps_its_history() -> None:
    outcome = lead_outcome(lead_facts((1, LeadCaptured()), (2, MQL), (11, LeadDeleted())), WON)
    assert (outcome.status, outcome.stage) == (LeadStatus.DELETED, Stage.CUSTOMER)
    assert (outcome.won_at, outcome.latest_at) == (day(9), day(11))


def test_a_capture_makes_the_earlier_trace_forgotten() -> None:
    state, _ = refold(LeadFold(), lead_facts((2, LeadUpdated()), (4, LeadCaptured())))
    assert state.captured is not None
    assert state.record is None


class TestAcquisition:
    def test_late_touchpoint_moves_the_acquisition(self) -> None:
        captured = lead_facts(
            (3, LeadCaptured(acquisition=ORGANIC)), (4, TouchpointRecorded(channel="email"))
        )
        assert lead_outcome(captured).acquisition == ORGANIC
        (late,) = lead_facts((2, TouchpointRecorded(channel="social", partner="acme")))
        outcome = lead_outcome([*captured, msgspec.structs.replace(late, id="late")])
        assert outcome.acquisition == Acquisition(channel="social", partner="acme")

    def test_touch_at_the_moment_of_the_capture_counts_though_it_folds_later(self) -> None:
        facts = lead_facts((3, LeadCaptured(acquisition=ORGANIC)), (3, TouchpointRecorded(channel="email")))
        assert lead_outcome(facts).acquisition == Acquisition(channel="email")

    def test_original_source_joins_the_capture_whenever_it_arrives(self) -> None:
        facts = lead_facts(
            (1, LeadUpdated(Acquisition(channel="too early", medium="cpc"))),
            (2, LeadCaptured(Acquisition(channel="email", form="demo"))),
            (9, LeadUpdated(Acquisition(source="google", form="trial"))),
        )
        assert lead_outcome(facts).acquisition == Acquisition(
            channel="email", source="google", medium="cpc", form="trial"
        )

    def test_a_second_capture_is_not_where_the_lead_came_from(self) -> None:
        facts = lead_facts((1, LeadCaptured(ORGANIC)), (2, LeadCaptured(Acquisition(channel="email"))))
        assert lead_outcome(facts).acquisition == ORGANIC


def test_owner_and_team_are_the_current_holders() -> None:
    facts = lead_facts((1, LeadOwnerChanged("owner/1", "north")), (2, LeadOwnerChanged(team="south")))
    outcome = lead_outcome(facts)
    assert (outcome.owner, outcome.team) == (None, "south")


def test_the_scores_verdicts_stand_in_the_outcome() -> None:
    held = Qualification(Stage.MARKETING_QUALIFIED, day(7), holds=True)
    outcome = lead_outcome(lead_facts((1, LeadCaptured())), qualification=QualificationView("hot", (held,)))
    assert (outcome.band, outcome.qualifications, outcome.latest_at) == ("hot", (held,), day(7))


def test_so_do_those_of_earlier_versions_and_change_nothing_else() -> None:
    held = Qualification(Stage.MARKETING_QUALIFIED, day(7), holds=True)
    before = FrozenVerdicts(definition=DefinitionRef("default", 0, "h"), qualifications=(held,))
    facts = lead_facts((1, LeadCaptured()))
    plain = lead_outcome(facts, qualification=QualificationView("hot"))
    outcome = lead_outcome(facts, qualification=QualificationView("hot", frozen=(before,)))
    assert outcome.frozen_qualifications == (before,)
    assert msgspec.structs.replace(outcome, frozen_qualifications=()) == plain
    assert b"frozen" not in encode(plain)


def test_skewed_clock_is_flagged() -> None:
    (fact,) = lead_facts((1, LeadCaptured()))
    assert lead_outcome([msgspec.structs.replace(fact, skewed=True)]).flags == ("clock_skew",)


def test_types_not_known_yet_change_nothing() -> None:
    known = lead_facts((1, LeadCaptured()))
    unknown = Fact(day(2), 100, "", "hubspot", "u1", 0, "contact/1", True, ("io.leadtrace.lead.new.v1", "{}"))  # noqa: FBT003
    assert encode(lead_outcome([*known, unknown])) == encode(lead_outcome(known))


class TestBot:
    def touches(self, count: int, step_us: int = 1) -> list[Fact]:
        (touch,) = lead_facts((0, TouchpointRecorded(channel="email")))
        return [
            msgspec.structs.replace(touch, at=touch.at + number * step_us, id=str(number))
            for number in range(count)
        ]

    def test_as_many_touches_as_the_limit_are_no_bot(self) -> None:
        outcome = lead_outcome(self.touches(TOUCH_LIMIT))
        assert (outcome.touches, outcome.flags) == (TOUCH_LIMIT, ())

    def test_touches_beyond_the_limit_only_count(self) -> None:
        outcome = lead_outcome(self.touches(TOUCH_LIMIT + 7))
        assert (outcome.touches, outcome.flags) == (TOUCH_LIMIT + 7, ("bot",))
        assert outcome.last_touch is not None
        assert outcome.last_touch.at == day(0) + TOUCH_LIMIT - 1

    def test_the_count_by_day_is_bounded_and_keeps_its_sum(self) -> None:
        beyond = FURTHER_DAYS + 3
        facts = self.touches(TOUCH_LIMIT + beyond, step_us=DAY_US)
        state, _ = refold(LeadFold(), facts)
        assert len(state.further) == FURTHER_DAYS
        assert sum(state.further.values()) == beyond
        assert next(iter(state.further.values())) == 4
