"""Nothing is lost and nothing is made up, in five thousand worlds: leads, deals, money, by every model."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from random import Random
from uuid import UUID

import msgspec

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import deal_views, render_deal
from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.lead_outcome import render_lead
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.calendar import DAY_US, UTC_DAYS
from leadtrace.domain.credits.journey import Traveller, touches_of
from leadtrace.domain.credits.model import PER_DEAL, Model, ModelParameters
from leadtrace.domain.fact import Fact, fact_of
from leadtrace.domain.fold import refold
from leadtrace.events.catalogue import BY_DATA
from leadtrace.events.codec import encode
from leadtrace.events.deal import (
    DealCreated,
    DealDeleted,
    DealLinked,
    DealLost,
    DealRefunded,
    DealReopened,
    DealUnlinked,
    DealUpdated,
    DealWon,
    RevenueKind,
    RevenueRecorded,
)
from leadtrace.events.lead import (
    Acquisition,
    LeadCaptured,
    LeadDeleted,
    LeadStageChanged,
    Stage,
)
from leadtrace.events.snapshots import DealOutcome, DealStatus, LeadStatus
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.attribution_facts import DEFINITION
from leadtrace.testing.builders import DAY_ZERO, entity_of, event, lead_ref
from leadtrace_attribution.crediting.due import Due, Kind
from leadtrace_attribution.crediting.reading import Seen, SeenDeal, SeenLead
from leadtrace_attribution.crediting.units import Crediting, Journey

WORLDS = 5_000
_LEADS = [f"contact/{number}" for number in range(1, 5)]
_DEALS = [f"deal/{number}" for number in range(1, 4)]
_CHANNELS = (None, "paid_search", "organic_search", "email", "fair", "direct_traffic")
_CAMPAIGNS = (None, "spring", "autumn")
_AMOUNTS = ("0", "0.01", "99.99", "100.00", "1234.57")
_CURRENCIES = ("EUR", "EUR", "EUR", "USD", "JPY")
_PARAMETERS = (
    ModelParameters(),
    ModelParameters(lookback_us=20 * DAY_US, drop_direct=True),
    ModelParameters(half_life_us=30 * DAY_US, lookback_us=0),
)
_CUSTOM = PER_DEAL.index(Model.CUSTOM)

Make = Callable[[Random], msgspec.Struct]

_OF_LEADS: Sequence[Make] = (
    lambda chance: TouchpointRecorded(channel=chance.choice(_CHANNELS), campaign=chance.choice(_CAMPAIGNS)),
    lambda chance: TouchpointRecorded(channel=chance.choice(_CHANNELS)),
    lambda chance: LeadCaptured(acquisition=Acquisition(channel=chance.choice(_CHANNELS))),
    lambda chance: LeadStageChanged(stage=chance.choice(list(Stage)), claimed="said"),
    lambda _: LeadDeleted(),
)
_OF_DEALS: Sequence[Make] = (
    lambda _: DealCreated(),
    lambda chance: DealUpdated(amount=chance.choice(_AMOUNTS), currency=chance.choice(_CURRENCIES)),
    lambda chance: DealLinked(lead_ref(chance.choice(_LEADS))),
    lambda chance: DealLinked(lead_ref(chance.choice(_LEADS))),
    lambda chance: DealUnlinked(lead_ref(chance.choice(_LEADS))),
    lambda _: DealWon(claimed="won"),
    lambda _: DealWon(claimed="won"),
    lambda _: DealLost(claimed="lost"),
    lambda _: DealReopened(claimed="open"),
    lambda chance: DealRefunded(amount=chance.choice((None, "0.01", "33.33", "5000"))),
    lambda chance: RevenueRecorded(
        kind=chance.choice(list(RevenueKind)), amount="10.01", currency=chance.choice(_CURRENCIES)
    ),
    lambda _: DealDeleted(),
)


def facts_of(chance: Random) -> tuple[dict[str, list[Fact]], dict[str, list[Fact]]]:
    """The facts of some leads and deals, by subject."""
    leads: dict[str, list[Fact]] = defaultdict(list)
    deals: dict[str, list[Fact]] = defaultdict(list)
    for number in range(1, chance.randint(2, 45)):
        of_lead = chance.random() < 0.5
        subject = chance.choice(_LEADS if of_lead else _DEALS)
        data = chance.choice(_OF_LEADS if of_lead else _OF_DEALS)(chance)
        made = event(data, subject, number, at=DAY_ZERO + timedelta(days=chance.randint(0, 60)))
        code = BY_DATA[type(data)].code
        values = (extract_lead if of_lead else extract_deal)(code, data)
        (leads if of_lead else deals)[subject].append(fact_of(made, code=code, values=values))
    return leads, deals


def seen_in(leads: Mapping[str, list[Fact]], deals: Mapping[str, list[Fact]]) -> Seen:
    """What crediting sees of a world, as the folds leave it."""
    outcomes = {
        entity_of(subject): render_deal(
            refold(DealFold(), facts)[0], deal_id=str(entity_of(subject)), definition=DEFINITION
        )
        for subject, facts in deals.items()
    }
    views: dict[str, list[DealView]] = defaultdict(list)
    for outcome in outcomes.values():
        for lead_id, view in deal_views(outcome).items():
            views[lead_id].append(view)
    seen_leads: dict[UUID, SeenLead] = {}
    touches = {}
    for subject in _LEADS:
        lead_id = str(entity_of(subject))
        facts = leads.get(subject, [])
        if not facts and lead_id not in views:
            continue
        body = render_lead(
            refold(LeadFold(), facts)[0],
            lead_id=lead_id,
            deals=views[lead_id],
            qualification=None,
            definition=DEFINITION,
        )
        traveller = msgspec.json.decode(encode(body), type=Traveller)
        seen_leads[entity_of(subject)] = SeenLead(1, traveller)
        touches[lead_id] = touches_of(traveller, facts)
    return Seen({deal: SeenDeal(1, outcome) for deal, outcome in outcomes.items()}, seen_leads, touches)


def brought(deal: DealOutcome) -> Counter[str | None]:
    """What a won deal brought, by the currency that it counts in, and the deal itself in millionths."""
    if deal.status is not DealStatus.WON:
        return Counter()
    found: Counter[str | None] = Counter({None: 1_000_000})
    for one in deal.bookings:
        found[one.counted_in] += one.counted
    if not deal.bookings and deal.amount is not None and deal.currency is not None:
        found[deal.currency] += deal.amount
    return found


def given(journey: Journey, model: int) -> Counter[str | None]:
    """What a model gave of a deal, by currency."""
    found: Counter[str | None] = Counter()
    for row in journey.credits:
        found[row.counted_in] += row.amounts[model]
    return found


def without_nothing(sums: Mapping[str | None, int]) -> dict[str | None, int]:
    """The sums that are not 0."""
    return {name: amount for name, amount in sums.items() if amount}


def expect_conserved(seen: Seen, journeys: Iterable[Journey]) -> None:
    """Deals are won, lost, open or left out, each once; their money is given out to the last minor unit."""
    of_deals = {one.unit_id: one for one in journeys if one.kind is Kind.DEAL}
    assert of_deals.keys() == seen.deals.keys()
    for deal_id, (_, deal) in seen.deals.items():
        journey = of_deals[deal_id]
        counts = deal.status is not DealStatus.DELETED and deal.created_at is not None
        assert journey.outcome == (deal.status.value if counts else None)
        expected = without_nothing(brought(deal)) if counts else {}
        for model in range(len(PER_DEAL)):
            assert without_nothing(given(journey, model)) == ({} if model == _CUSTOM else expected)
        if counts and deal.leads:
            left = deal.amount if deal.net is None else deal.net
            assert sum(one.share for one in deal.leads) == (left or 0)


def expect_somewhere(seen: Seen, journeys: Iterable[Journey]) -> None:
    """Every lead is in a deal's journey, in its own, or for a stated reason in none."""
    listed = list(journeys)
    travels = {lead for one in listed if one.kind is Kind.DEAL and one.outcome for lead in one.leads}
    alone = {one.unit_id for one in listed if one.kind is Kind.LEAD and one.outcome}
    assert not travels & alone
    for lead_id in seen.leads.keys() - travels - alone:
        assert seen.leads[lead_id].lead.status in (LeadStatus.VISITOR, LeadStatus.DELETED, LeadStatus.WON)


def test_nothing_is_lost_and_nothing_is_made_up() -> None:
    told: Counter[str] = Counter()
    for seed in range(WORLDS):
        chance = Random(seed)
        seen = seen_in(*facts_of(chance))
        due = Due(set(seen.deals), set(seen.leads))
        journeys = list(Crediting(chance.choice(_PARAMETERS), UTC_DAYS).journeys(due, seen))
        expect_conserved(seen, journeys)
        expect_somewhere(seen, journeys)
        told.update(f"{one.kind} {one.outcome}" for one in journeys)
        told["credits"] += sum(len(one.credits) for one in journeys)
    # The worlds are worth something: all that can become of a unit is common among them.
    assert min(told[name] for name in ("deal won", "deal lost", "deal open", "lead open", "lead lost")) > 500
    assert told["credits"] > WORLDS
