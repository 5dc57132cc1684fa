"""Who was offered what, who promised what and what became of it, by example."""

from collections.abc import Sequence
from typing import Any

import pytest

from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.lead_outcome import render_lead
from leadtrace.domain.attribution.views import QualificationView
from leadtrace.domain.custody.due import dues, stands
from leadtrace.domain.custody.hand import HandsState
from leadtrace.domain.custody.terms import HOUR_US, Promise, RouteRow, Terms, TermsSchedule
from leadtrace.domain.fold import refold
from leadtrace.events.activity import ActivityKind, ActivityRecorded
from leadtrace.events.custody import Account, Answer, Ending, OpenedBy
from leadtrace.events.handover import (
    HandoverAccepted,
    HandoverOffered,
    HandoverRejected,
    HandoverReturned,
)
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged, LeadStageChanged, LeadUpdated, Stage
from leadtrace.events.snapshots import FrozenVerdicts, LeadOutcome, Qualification
from leadtrace.testing.attribution_facts import DEFINITION, Told, day, lead_facts

_DE = RouteRow("dach", (("country", "de".__eq__),), ("dach",))
_REST = RouteRow("rest", (), ("rest",))
_PARTNERS = RouteRow("partners", (("partner", lambda _: True),), ("resellers",))
TERMS = Terms(
    version=7,
    by_verdict=True,
    routes=(_PARTNERS, _DE, _REST),
    teams={
        "dach": Promise(accept=2 * HOUR_US, contact=4 * HOUR_US, outcome=240 * HOUR_US),
        "rest": Promise(accept=1 * HOUR_US, contact=1 * HOUR_US, outcome=240 * HOUR_US),
        "resellers": Promise(partner=True),
    },
    risk_share=0.5,
)
MQL = LeadStageChanged(Stage.MARKETING_QUALIFIED, "mql")
GERMAN = LeadCaptured(properties={"country": "DE"})
CALL = ActivityRecorded(ActivityKind.CALL)
HOUR = 1 / 24


def outcome(
    *told: Told, judged: QualificationView | None = None, terms: TermsSchedule | None = None
) -> LeadOutcome:
    state, _ = refold(LeadFold(), lead_facts(*told))
    return render_lead(
        state,
        lead_id="lead-1",
        deals=[],
        qualification=judged,
        definition=DEFINITION,
        terms=terms or TermsSchedule(TERMS),
    )


def holders(one: LeadOutcome) -> list[tuple[Account, str | None, str | None, str | None]]:
    return [(held.account, held.team, held.owner, held.partner) for held in one.holdings]


def test_an_offer_goes_by_the_first_route_whose_tests_hold_at_that_moment() -> None:
    (offer,) = outcome((0, GERMAN), (1, MQL), (2, LeadUpdated(properties={"country": "FR"}))).offers
    assert (offer.route, offer.team, offer.version, offer.opened_by) == ("dach", "dach", 7, OpenedBy.CLAIM)
    assert offer.accept is not None
    assert offer.accept.due_at - offer.at == 2 * HOUR_US
    assert offer.accept.risk_at - offer.at == HOUR_US


def test_whoever_gets_it_later_promised_nothing() -> None:
    made = outcome(
        (0, GERMAN),
        (1, MQL),
        (1 + HOUR, HandoverAccepted(owner="anna", actor="anna")),
        (40, LeadOwnerChanged("bob", "rest", "boss")),
    )
    (offer,) = made.offers
    assert (offer.team, offer.owner, offer.answered_by) == ("dach", "anna", "anna")
    assert offer.contact is not None
    assert offer.contact.due_at - offer.contact.since == 4 * HOUR_US
    assert holders(made)[-2:] == [
        (Account.SALES, "dach", "anna", None),
        (Account.SALES, "rest", "bob", None),
    ]


def test_a_partner_s_team_holds_it_as_a_partner() -> None:
    told = LeadCaptured(acquisition=GERMAN.acquisition.__class__(partner="acme"))
    made = outcome((0, told), (1, MQL), (2, HandoverAccepted()))
    assert holders(made)[1:] == [
        (Account.IN_TRANSIT, "resellers", None, "resellers"),
        (Account.PARTNER, "resellers", None, "resellers"),
    ]


def test_whoever_accepts_for_another_team_promises_by_their_own_terms() -> None:
    (offer,) = outcome((0, GERMAN), (1, MQL), (2, HandoverAccepted(team="rest"))).offers
    assert offer.contact is not None
    assert offer.contact.due_at - offer.contact.since == HOUR_US
    assert offer.accept is not None
    assert offer.accept.due_at - offer.accept.since == 2 * HOUR_US


def test_reasons_and_who_gave_them_are_kept() -> None:
    (offer,) = outcome((0, GERMAN), (1, MQL), (2, HandoverRejected("not_a_fit", actor="ben"))).offers
    assert (offer.answer, offer.reason, offer.answered_by) == (Answer.REJECTED, "not_a_fit", "ben")
    recycled = LeadStageChanged(Stage.RECYCLED, "nurture")
    late = outcome(
        (0, GERMAN), (1, MQL), (2, HandoverAccepted()), (3, recycled), (4, HandoverReturned("later"))
    )
    assert (late.offers[0].ended_as, late.offers[0].end_reason) == (Ending.RECYCLED, "later")
    assert late.holdings[-1].account is Account.RECYCLED


def test_a_stage_on_the_way_up_gives_nothing_back() -> None:
    verdict = QualificationView("warm", (Qualification(Stage.MARKETING_QUALIFIED, day(0.5), holds=True),))
    known = LeadStageChanged(Stage.LEAD, "lead")
    opened = outcome((0, GERMAN), (0.6, known), judged=verdict)
    assert opened.offers[-1].answer is Answer.OPEN
    taken = outcome((0, GERMAN), (0.55, HandoverAccepted()), (0.6, known), (0.7, MQL), judged=verdict)
    assert [(one.answer, one.ended_as) for one in taken.offers] == [(Answer.ACCEPTED, None)]
    back = outcome((0, GERMAN), (1, MQL), (2, HandoverAccepted()), (3, known))
    assert back.offers[-1].ended_as is Ending.RETURNED


def test_a_version_that_takes_over_opens_nothing_and_its_terms_are_of_what_comes() -> None:
    later = Terms(version=8, by_verdict=True, routes=(_REST,), teams={"rest": Promise(accept=9 * HOUR_US)})
    schedule = TermsSchedule(later, day(2), ((0, TERMS),))
    holds = Qualification(Stage.MARKETING_QUALIFIED, day(2), holds=True)
    before = (FrozenVerdicts(definition=DEFINITION, since=0, qualifications=()),)
    judged = QualificationView("warm", (holds,), before)
    assert outcome((0, GERMAN), judged=judged, terms=schedule).offers == ()
    (old,) = outcome((0, GERMAN), (1, MQL), terms=schedule).offers
    (new,) = outcome((0, GERMAN), (3, MQL), terms=schedule).offers
    assert [(one.version, one.team) for one in (old, new)] == [(7, "dach"), (8, "rest")]


def test_a_broken_promise_stays_broken_when_the_lead_is_concluded() -> None:
    lost = LeadStageChanged(Stage.LOST, "lost")
    (offer,) = outcome((0, GERMAN), (1, MQL), (1.1, HandoverAccepted()), (60, lost)).offers
    assert offer.contact is not None
    assert (offer.contact.void, offer.contact.stopped_at) == (False, None)
    assert stands([offer], "contact", offer.contact.due_at, offer.at)
    assert dues([offer]) == []
    (soon,) = outcome((0, GERMAN), (1, MQL), (1.1, HandoverAccepted()), (1.15, lost)).offers
    assert soon.contact is not None
    assert soon.contact.void


def test_nobody_keeps_a_promise_by_leaving_offers_alone() -> None:
    made = outcome((0, GERMAN), (1, LeadStageChanged(Stage.SALES_QUALIFIED, "sql")))
    assert [(one.opened_by, one.accept) for one in made.offers] == [(OpenedBy.IMPLIED, None)]


def test_a_call_before_it_was_said_counts_for_what_was_implied() -> None:
    (offer,) = outcome((0, GERMAN), (0.9, CALL), (1, LeadStageChanged(Stage.SALES_QUALIFIED, "sql"))).offers
    assert offer.contact is not None
    assert offer.contact.stopped_at == offer.contact.since


def test_an_acceptance_that_is_told_of_a_customer_moves_nobody() -> None:
    won = LeadStageChanged(Stage.CUSTOMER, "won")
    made = outcome((0, GERMAN), (1, MQL), (2, won), (2, HandoverAccepted(owner="anna")))
    assert made.holdings[-1].account is Account.WON
    assert len(made.offers) == 1


@pytest.mark.parametrize("times", [1, 12, 300])
def test_saying_the_same_again_sends_no_offer_elsewhere(times: int) -> None:
    again: Sequence[Told] = [
        (2 + number / 1000, LeadUpdated(properties={"country": "DE", "industry": "x", "segment": "y"}))
        for number in range(times)
    ]
    (offer,) = outcome((0, GERMAN), (1, MQL), *again).offers
    assert offer.team == "dach"


def test_of_too_many_changes_the_first_and_the_newest_are_kept() -> None:
    state = HandsState()
    for number in range(500):
        state.take_property(number, "country", str(number))
    state.take_property(600, "segment", "a")
    kept: list[Any] = [one.value for one in state.properties]
    assert (kept[0], kept[-2], kept[-1]) == ("0", "499", "a")


def test_a_contact_after_many_is_not_pushed_out_by_one_more() -> None:
    calls: Sequence[Told] = [(0.5 + number / 10_000, CALL) for number in range(600)]
    told = ((0, GERMAN), *calls, (1, MQL), (1.1, HandoverAccepted()), (1.12, CALL), (60, CALL))
    (offer,) = outcome(*told).offers
    assert offer.contact is not None
    assert offer.contact.stopped_at == day(1.12)


def test_offers_of_one_moment_are_told_apart() -> None:
    made = outcome((0, GERMAN), (1, MQL), (1, HandoverOffered(team="rest")))
    assert [(one.team, one.answer) for one in made.offers] == [
        ("dach", Answer.SUPERSEDED),
        ("rest", Answer.OPEN),
    ]
    assert len({one.event for one in made.offers}) == 2
