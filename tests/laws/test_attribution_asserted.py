"""A record read as it stands repeats what a complete history says: added to it, no count moves."""

from collections.abc import Mapping, Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import deal_views, render_deal
from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.fact import Fact, Value, union
from leadtrace.domain.fold import refold
from leadtrace.events.catalogue import BY_DATA, Code
from leadtrace.events.deal import DealCreated, DealLost, DealStageChanged, DealUpdated, DealWon
from leadtrace.events.lead import LeadCaptured, LeadStageChanged, Stage
from leadtrace.events.snapshots import DealOutcome, DealStatus, LeadOutcome
from leadtrace.testing.attribution_facts import DEFINITION, lead_outcome
from leadtrace.testing.attribution_strategies import DEAL_VALUES, LEAD_VALUES, deals_of_a_lead
from leadtrace.testing.strategies import Values, facts, moments

MINUTE_US, DAY_US = 60_000_000, 86_400_000_000
# How exactly an export tells its moments: to the microsecond, the minute, the day.
PRECISIONS = (1, MINUTE_US, DAY_US)
_MARKED = {Code.LEAD_STAGE_CHANGED: 3, Code.DEAL_STAGE_CHANGED: 1, Code.DEAL_WON: 1, Code.DEAL_LOST: 2}


def _seen(values: Mapping[Code, st.SearchStrategy[Values]]) -> dict[Code, st.SearchStrategy[Values]]:
    """The same, without anything asserted."""

    def changes(code: Code) -> st.SearchStrategy[tuple[Value, ...]]:
        end = _MARKED.get(code)
        return values[code] if end is None else values[code].map(lambda told: told[:end])

    return {code: changes(code) for code in values}


SEEN_LEAD, SEEN_DEAL = _seen(LEAD_VALUES), _seen(DEAL_VALUES)


def _end_of(at: int, precision: int) -> int:
    return at - at % precision + precision - 1


@st.composite
def _read_at(draw: st.DrawFn, ordered: Sequence[Fact]) -> tuple[int, str]:
    """A moment not before the last fact, at some precision, and the sequence of the record's own events."""
    last = ordered[-1].at if ordered else draw(moments())
    later = last + draw(st.sampled_from((0, 1, MINUTE_US, 3 * DAY_US)))
    return _end_of(later, draw(st.sampled_from(PRECISIONS))), draw(st.sampled_from(("", "9" * 20)))


def _told(of: Fact, data: msgspec.Struct, at: int, sequence: str, number: int) -> Fact:
    """What is read off the record that another fact is about."""
    code = BY_DATA[type(data)].code
    of_lead = isinstance(data, LeadCaptured | LeadStageChanged)
    values = (extract_lead if of_lead else extract_deal)(code, data)
    return Fact(at, 100, sequence, of.source, f"import{number}", int(code), of.subject, False, values)  # noqa: FBT003


def _counted(outcome: LeadOutcome) -> tuple[object, ...]:
    return (
        outcome.status,
        outcome.captured_at,
        outcome.acquisition,
        outcome.stage,
        outcome.stage_since,
        outcome.entries,
        outcome.first_reached,
        [(passed.at, passed.stage, passed.kind) for passed in outcome.transitions],
        outcome.deals,
        outcome.won_at,
        outcome.lost_at,
        outcome.touches,
    )


@given(st.data(), facts(SEEN_LEAD, max_size=20), deals_of_a_lead())
def test_a_leads_record_adds_nothing_to_its_complete_history(
    data: st.DataObject, history: list[Fact], deals: list[DealView]
) -> None:
    ordered = union(history)
    at, sequence = data.draw(_read_at(ordered))
    claims = [fact for fact in ordered if fact.code == Code.LEAD_STAGE_CHANGED]
    read: list[Fact] = []
    captures = [fact for fact in ordered if fact.code == Code.LEAD_CAPTURED]
    if captures:
        read.append(_told(captures[-1], LeadCaptured(), at + 1, sequence, 1))
    if claims:
        stage, claimed = Stage(str(claims[-1].values[0])), str(claims[-1].values[1])
        told = LeadStageChanged(stage=stage, claimed=claimed, asserted=True)
        read.append(_told(claims[-1], told, at, sequence, 2))
    assert _counted(lead_outcome([*history, *read], *deals)) == _counted(lead_outcome(history, *deals))


@given(st.data(), facts(SEEN_LEAD, max_size=20), deals_of_a_lead())
def test_whatever_a_record_ever_said_truly_adds_no_entry_when_it_is_told_late(
    data: st.DataObject, history: list[Fact], deals: list[DealView]
) -> None:
    ordered = union(history)
    claims = [fact for fact in ordered if fact.code == Code.LEAD_STAGE_CHANGED]
    read = []
    for number, claim in enumerate(claims):
        at = claim.at + data.draw(st.integers(0, 2 * DAY_US))
        told = LeadStageChanged(stage=Stage(str(claim.values[0])), claimed="read", asserted=True)
        read.append(_told(claim, told, at, "9" * 20, number))
    assert _counted(lead_outcome([*history, *read], *deals)) == _counted(lead_outcome(history, *deals))


def _deal(given_facts: Sequence[Fact]) -> DealOutcome:
    state, _ = refold(DealFold(), given_facts)
    return render_deal(state, deal_id="d1", definition=DEFINITION)


def _worth(outcome: DealOutcome) -> tuple[object, ...]:
    views = {lead: (view.status, view.share, view.currency) for lead, view in deal_views(outcome).items()}
    return outcome.status, outcome.closed_at, outcome.amount, outcome.currency, outcome.leads, views


_SAYS = {Code.DEAL_WON: DealWon, Code.DEAL_LOST: DealLost, Code.DEAL_STAGE_CHANGED: DealStageChanged}


@given(st.data(), facts(SEEN_DEAL, max_size=20))
def test_a_deals_record_adds_nothing_to_its_complete_history(
    data: st.DataObject, history: list[Fact]
) -> None:
    ordered = union(history)
    at, sequence = data.draw(_read_at(ordered))
    before = _deal(history)
    read = []
    # A record is read where it is kept: another sender's word of its creation could be that of a new one.
    if created := [fact for fact in ordered if fact.code == Code.DEAL_CREATED]:
        read.append(_told(created[-1], DealCreated(), at, sequence, 1))
    if before.amount is not None:
        state, _ = refold(DealFold(), history)
        read.append(
            _told(
                ordered[-1], DealUpdated(amount=state.amount, currency=before.currency), at + 1, sequence, 2
            )
        )
    said = [fact for fact in ordered if fact.code in _SAYS]
    if said:
        read.append(
            _told(said[-1], _SAYS[Code(said[-1].code)](claimed="read", asserted=True), at, sequence, 3)
        )
    assert _worth(_deal([*history, *read])) == _worth(before)


@given(st.data(), facts(SEEN_DEAL, max_size=20))
def test_whatever_a_deal_ever_was_says_nothing_new_when_it_is_told_at_any_later_moment(
    data: st.DataObject, history: list[Fact]
) -> None:
    read = []
    for number, fact in enumerate(fact for fact in union(history) if fact.code in _SAYS):
        at = fact.at + data.draw(st.integers(0, 2 * DAY_US))
        read.append(_told(fact, _SAYS[Code(fact.code)](claimed="read", asserted=True), at, "9" * 20, number))
    assert _worth(_deal([*history, *read])) == _worth(_deal(history))


@given(st.data(), facts(SEEN_DEAL, max_size=20))
def test_how_a_deal_ended_is_decided_by_its_changes_whatever_day_a_record_gives(
    data: st.DataObject, history: list[Fact]
) -> None:
    before = _deal(history)
    if before.status not in {DealStatus.WON, DealStatus.LOST}:
        return
    told = (DealWon if before.status == DealStatus.WON else DealLost)(claimed="read", asserted=True)
    read = _told(union(history)[-1], told, data.draw(moments()), "", 1)
    after = _deal([*history, read])
    assert (after.status, after.closed_at) == (before.status, before.closed_at)
