"""Money is conserved: shares sum to the amount, and what leads were credited is what deals brought."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import deal_views, render_deal
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.events.snapshots import DealOutcome
from leadtrace.testing.attribution_facts import DEFINITION, lead_outcome
from leadtrace.testing.attribution_strategies import DEAL_VALUES, LEAD_IDS
from leadtrace.testing.strategies import facts


def _outcome(deal_id: str, given_facts: list[Fact]) -> DealOutcome:
    state, _ = refold(DealFold(), given_facts)
    return render_deal(state, deal_id=deal_id, definition=DEFINITION)


def _brought(outcome: DealOutcome) -> int:
    return (outcome.amount or 0) if outcome.net is None else outcome.net


@given(facts(DEAL_VALUES))
def test_shares_of_a_deal_sum_to_what_it_brings(given_facts: list[Fact]) -> None:
    outcome = _outcome("d1", given_facts)
    shares = [lead.share for lead in outcome.leads]
    leads = [lead.lead_id for lead in outcome.leads]
    assert leads == sorted(set(leads))
    if shares:
        assert sum(shares) == _brought(outcome)
        assert max(shares) - min(shares) <= 1
    assert ("unlinked" in outcome.flags) == (not shares)


@given(st.lists(facts(DEAL_VALUES, max_size=12), max_size=4))
def test_leads_are_credited_with_what_won_linked_deals_brought(worlds: list[list[Fact]]) -> None:
    outcomes = [_outcome(f"d{number}", given_facts) for number, given_facts in enumerate(worlds)]
    brought: Counter[str | None] = Counter()
    by_lead: dict[str, list[DealView]] = {lead_id: [] for lead_id in LEAD_IDS}
    for outcome in outcomes:
        if outcome.status == "won" and outcome.leads:
            brought[outcome.currency] += _brought(outcome)
        for lead_id, view in deal_views(outcome).items():
            by_lead[lead_id].append(view)
    credited: Counter[str | None] = Counter()
    for deals in by_lead.values():
        lead = lead_outcome([], *deals)
        assert (lead.won_at is not None) == any(share.status == "won" for share in lead.deals)
        for share in lead.deals:
            if share.status == "won":
                credited[share.currency] += share.share
    assert {k: v for k, v in credited.items() if v} == {k: v for k, v in brought.items() if v}
