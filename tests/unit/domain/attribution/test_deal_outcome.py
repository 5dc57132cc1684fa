"""What a deal comes out as: status, moments, money, buying group."""

import msgspec
import pytest

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import deal_views, render_deal
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.events.codec import encode
from leadtrace.events.deal import (
    DealCreated,
    DealDeleted,
    DealLinked,
    DealLost,
    DealReopened,
    DealRestored,
    DealStageChanged,
    DealUnlinked,
    DealUpdated,
    DealWon,
)
from leadtrace.events.reference import LeadRef
from leadtrace.events.snapshots import DealOutcome, DealStatus, LinkedLead
from leadtrace.testing.attribution_facts import DEFINITION, Told, day, deal_facts, lead_outcome

WON, LOST, OPEN = DealWon("closedwon"), DealLost("closedlost", "price"), DealStageChanged("Proposal")


def outcome_of(facts: list[Fact]) -> DealOutcome:
    state, _ = refold(DealFold(), facts)
    return render_deal(state, deal_id="d1", definition=DEFINITION)


def told(*happened: Told) -> DealOutcome:
    return outcome_of(deal_facts(*happened))


def link(
    lead: str, contact: int, *, rev: int = 1, role: str | None = None, primary: bool = False
) -> DealLinked:
    return DealLinked(LeadRef("hubspot", f"contact/{contact}", lead, rev), role, primary)


def unlink(lead: str, contact: int, *, rev: int = 1) -> DealUnlinked:
    return DealUnlinked(LeadRef("hubspot", f"contact/{contact}", lead, rev))


def test_olist_deal_created_linked_and_won_at_one_moment() -> None:
    outcome = told(
        (5, DealCreated()),
        (5, WON),
        (5, DealUpdated(amount="123.45", default_currency="BRL")),
        (5, link("lead-1", 1)),
    )
    assert outcome == DealOutcome(
        deal_id="d1",
        definition=DEFINITION,
        status=DealStatus.WON,
        created_at=day(5),
        closed_at=day(5),
        amount=12_345,
        currency="BRL",
        stage="closedwon",
        leads=(LinkedLead("lead-1", 12_345),),
        latest_at=day(5),
    )
    assert deal_views(outcome) == {
        "lead-1": DealView("d1", DealStatus.WON, day(5), day(5), 12_345, "BRL", day(5))
    }


@pytest.mark.parametrize(
    ("happened", "status", "closed"),
    [
        ([OPEN], "open", None),
        ([WON], "won", 2),
        ([LOST], "lost", 2),
        ([WON, OPEN], "open", None),
        ([WON, OPEN, WON], "won", 4),
        ([LOST, WON], "won", 3),
        ([WON, WON], "won", 2),
        ([WON, DealDeleted()], "deleted", 2),
        ([WON, DealDeleted(), DealRestored()], "won", 2),
    ],
)
def test_status_is_what_was_said_last(
    happened: list[msgspec.Struct], status: str, closed: int | None
) -> None:
    outcome = told((1, DealCreated()), *enumerate(happened, start=2))
    assert outcome.status == status
    assert outcome.closed_at == (None if closed is None else day(closed))


def test_reopened_deal_forgets_how_it_ended() -> None:
    outcome = told((1, DealCreated()), (2, LOST), (3, OPEN))
    assert (outcome.stage, outcome.reason, outcome.closed_at) == ("Proposal", None, None)
    assert told((2, LOST)).reason == "price"
    outcome = told((1, DealCreated()), (2, WON), (3, DealReopened("Proposal")))
    assert (outcome.status, outcome.stage, outcome.closed_at) == ("open", "Proposal", None)


@pytest.mark.parametrize(
    ("happened", "created"),
    [
        ([(3, DealUpdated()), (4, DealCreated()), (5, DealCreated())], 4),
        ([(3, DealUpdated()), (4, WON)], 3),
    ],
)
def test_creation_is_the_first_one_told_else_the_first_trace(happened: list[Told], created: int) -> None:
    assert told(*happened).created_at == day(created)


@pytest.mark.parametrize(
    ("updates", "amount", "currency", "flags"),
    [
        ([DealUpdated(amount="10.5", currency="EUR")], 1_050, "EUR", []),
        ([DealUpdated(amount="10.5", default_currency="JPY")], 10, "JPY", []),
        ([DealUpdated(amount="1", currency="EUR"), DealUpdated(default_currency="BRL")], 100, "EUR", []),
        ([DealUpdated("1", "EUR", "BRL"), DealUpdated(currency="")], 100, "BRL", []),
        ([DealUpdated(amount="1", currency="EUR"), DealUpdated(amount="")], None, "EUR", []),
        ([DealUpdated(amount="1", currency="EUR"), DealUpdated(amount="2")], 200, "EUR", []),
        ([DealUpdated(amount="-3.005", currency="EUR")], -300, "EUR", []),
        ([DealUpdated(amount="1")], None, None, ["no_currency"]),
        ([DealUpdated(amount="twelve", currency="EUR")], None, "EUR", ["bad_amount"]),
        ([DealUpdated(amount="Infinity", currency="EUR")], None, "EUR", ["bad_amount"]),
        ([DealUpdated(amount="1e999999", currency="EUR")], None, "EUR", ["bad_amount"]),
        ([DealUpdated(amount="twelve")], None, None, ["no_currency"]),
        ([], None, None, []),
    ],
)  # fmt: skip
def test_amount_in_minor_units(
    updates: list[DealUpdated], amount: int | None, currency: str | None, flags: list[str]
) -> None:
    outcome = told((0, DealCreated()), (1, link("lead-1", 1)), *enumerate(updates, start=2))
    assert (outcome.amount, outcome.currency, list(outcome.flags)) == (amount, currency, flags)
    assert outcome.leads == (LinkedLead("lead-1", amount or 0),)


class TestBuyingGroup:
    def test_odd_cents_go_to_the_first_lead(self) -> None:
        outcome = told(
            (1, DealUpdated(amount="100.01", currency="EUR")), (2, link("b", 2)), (3, link("a", 1))
        )
        assert outcome.leads == (LinkedLead("a", 5_001), LinkedLead("b", 5_000))

    def test_two_contacts_of_one_lead_are_one_lead(self) -> None:
        outcome = told(
            (1, DealUpdated(amount="10", currency="EUR")),
            (2, link("a", 1, role="user")),
            (3, link("a", 2, role="buyer", primary=True)),
            (4, link("a", 3)),
        )
        assert outcome.leads == (LinkedLead("a", 1_000, "buyer"),)

    def test_unlinked_contact_leaves_the_group(self) -> None:
        outcome = told((1, link("a", 1, role="user")), (2, link("b", 2)), (3, unlink("a", 1)))
        assert outcome.leads == (LinkedLead("b"),)
        assert told((0, DealCreated()), (1, link("a", 1)), (2, unlink("a", 1))).flags == ("unlinked",)

    def test_it_says_since_when_it_is_nobodys(self) -> None:
        early = told((1, DealCreated()), (2, WON))
        assert early.unlinked_since == day(1)
        linked = told((1, DealCreated()), (3, link("a", 1)))
        assert linked.unlinked_since is None
        left = told((1, DealCreated()), (2, link("a", 1)), (3, link("b", 2)), (4, unlink("a", 1)))
        assert left.unlinked_since is None
        assert told(*_LEFT_BY_ALL).unlinked_since == day(5)

    def test_the_highest_binding_names_the_lead(self) -> None:
        outcome = told((1, link("new", 1, rev=7)), (2, unlink("new", 1, rev=7)), (3, link("old", 1, rev=2)))
        assert [lead.lead_id for lead in outcome.leads] == ["new"]
        moved = told((1, link("old", 1, rev=2)), (2, link("new", 1, rev=7)))
        assert [lead.lead_id for lead in moved.leads] == ["new"]

    def test_link_before_the_contact_is_known_makes_a_lead(self) -> None:
        views = deal_views(told((1, link("lead-1", 1)), (2, DealCreated())))
        lead = lead_outcome([], views["lead-1"])
        assert (lead.captured_at, lead.status, lead.flags) == (day(2), "open", ("unhydrated",))


_LEFT_BY_ALL = (
    *((1, DealCreated()), (2, link("a", 1)), (3, link("b", 2))),
    *((4, unlink("a", 1)), (5, unlink("b", 2)), (6, unlink("b", 2))),
)


def test_deleted_deal_keeps_its_shares_and_counts_nowhere() -> None:
    deal = told(
        (1, DealUpdated(amount="10", currency="EUR")), (2, link("lead-1", 1)), (3, WON), (4, DealDeleted())
    )
    lead = lead_outcome([], deal_views(deal)["lead-1"])
    assert [(share.status, share.share) for share in lead.deals] == [("deleted", 1_000)]
    assert (lead.status, lead.won_at) == ("open", None)
    assert [passed.stage for passed in lead.transitions] == ["inquiry"]


def test_deal_of_which_nothing_is_known() -> None:
    outcome = outcome_of([])
    assert (outcome.created_at, outcome.flags) == (None, ("unlinked",))
    assert deal_views(outcome) == {}


def test_skew_is_flagged_and_unknown_types_change_nothing() -> None:
    facts = deal_facts((0, DealCreated()), (1, link("a", 1)), (2, DealUpdated()))
    skewed = msgspec.structs.replace(facts[2], skewed=True)
    assert outcome_of([*facts[:2], skewed]).flags == ("clock_skew",)
    unknown = msgspec.structs.replace(skewed, id="u1", code=0, values=("io.leadtrace.deal.new.v1", "{}"))
    assert encode(outcome_of([*facts, unknown])) == encode(outcome_of(facts))
