"""What leads keep of deals that they are or were linked to, and what becomes of what moved elsewhere."""

import msgspec

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import absorbed_deal, former_view, kept_views, render_deal
from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.domain.attribution.lead_outcome import absorbed_lead
from leadtrace.domain.fold import refold
from leadtrace.events.binding import DealRebound, Ground, LeadRebound, Rebound
from leadtrace.events.catalogue import Code
from leadtrace.events.deal import DealCreated, DealLinked, DealUnlinked
from leadtrace.events.reference import LeadRef
from leadtrace.testing.attribution_facts import DEFINITION, day, deal_facts, lead_outcome

ONE, TWO = (LeadRef("hubspot", f"contact/{number}", f"lead-{number}", 1) for number in (1, 2))


def test_a_lead_that_is_linked_no_more_knows_when_that_was_recorded() -> None:
    told = deal_facts((1, DealCreated()), (2, DealLinked(ONE)), (2, DealLinked(TWO)), (3, DealUnlinked(TWO)))
    facts = [msgspec.structs.replace(fact, recorded=fact.at) for fact in told]
    state, _ = refold(DealFold(), facts)
    views = kept_views(render_deal(state, deal_id="d1", definition=DEFINITION), state)
    assert {lead: view.linked for lead, view in views.items()} == {"lead-1": True, "lead-2": False}
    assert views["lead-2"] == former_view("d1", state)
    outcome = lead_outcome([], views["lead-2"])
    assert outcome.deals == ()
    assert outcome.captured_at is None
    assert outcome.known is not None
    assert (outcome.known.latest, outcome.known.total) == (day(3), 4)


def test_a_record_that_moved_takes_its_link_along() -> None:
    state, _ = refold(DealFold(), deal_facts((1, DealCreated()), (2, DealLinked(ONE))))
    homes = {("hubspot", "contact/1"): ("lead-9", 2)}
    outcome = render_deal(state, deal_id="d1", definition=DEFINITION, homes=homes)
    assert [(lead, view.linked) for lead, view in kept_views(outcome, state, homes).items()] == [
        ("lead-9", True)
    ]


def test_what_was_absorbed_says_where_it_is() -> None:
    assert absorbed_deal(deal_id="d1", redirect_to="d2", definition=DEFINITION).redirect_to == "d2"
    lead = absorbed_lead(lead_id="lead-1", redirect_to="lead-2", definition=DEFINITION)
    assert (lead.redirect_to, lead.known) == ("lead-2", None)


def test_a_move_keeps_its_ground() -> None:
    bound = Rebound("hubspot", "contact/1", "a", "a", "b", 2, Ground.SPLIT)
    assert extract_lead(Code.LEAD_REBOUND, LeadRebound((bound,))) == ("split",)
    assert extract_deal(Code.DEAL_REBOUND, DealRebound(())) == ()
