"""The law of the set for attribution: however facts arrive, a lead and a deal come out the same."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.attribution import deal_state, lead_state
from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import deal_views, render_deal
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.lead_outcome import render_lead
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.events.codec import encode
from leadtrace.testing.arrival import fold_as_arrived
from leadtrace.testing.attribution_facts import DEFINITION
from leadtrace.testing.attribution_strategies import DEAL_VALUES, LEAD_VALUES, deals_of_a_lead
from leadtrace.testing.strategies import facts, facts_with_arrivals

Given = tuple[list[Fact], list[list[Fact]]]


def _lead_body(state: lead_state.LeadState, deals: list[DealView]) -> bytes:
    return encode(
        render_lead(state, lead_id="lead-1", deals=deals, qualification=None, definition=DEFINITION)
    )


@given(facts_with_arrivals(LEAD_VALUES), deals_of_a_lead(), st.randoms(use_true_random=False))
def test_a_lead_is_the_same_in_any_order_of_arrival(
    arriving: Given, deals: list[DealView], random: Random
) -> None:
    given_facts, batches = arriving
    clean, ordered = refold(LeadFold(), given_facts)
    arrived, known = fold_as_arrived(
        LeadFold(), batches, encode=lead_state.encode_state, decode=lead_state.decode_state
    )
    shuffled = random.sample(deals, len(deals))
    assert known == ordered
    assert lead_state.encode_state(arrived) == lead_state.encode_state(clean)
    assert _lead_body(arrived, shuffled) == _lead_body(clean, deals)


@given(facts(LEAD_VALUES), deals_of_a_lead())
def test_rendering_a_lead_leaves_its_state_alone(given_facts: list[Fact], deals: list[DealView]) -> None:
    state, _ = refold(LeadFold(), given_facts)
    before = lead_state.encode_state(state)
    first = _lead_body(state, deals)
    assert _lead_body(state, deals) == first
    assert lead_state.encode_state(state) == before


@given(facts_with_arrivals(DEAL_VALUES))
def test_a_deal_is_the_same_in_any_order_of_arrival(arriving: Given) -> None:
    given_facts, batches = arriving
    clean, _ = refold(DealFold(), given_facts)
    arrived, _ = fold_as_arrived(
        DealFold(), batches, encode=deal_state.encode_state, decode=deal_state.decode_state
    )
    assert deal_state.encode_state(arrived) == deal_state.encode_state(clean)
    outcomes = [render_deal(state, deal_id="d1", definition=DEFINITION) for state in (arrived, clean)]
    assert encode(outcomes[0]) == encode(outcomes[1])
    assert deal_views(outcomes[0]) == deal_views(outcomes[1])
