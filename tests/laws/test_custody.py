"""Laws of custody: one pair of hands at a time, both sides of each move, and a slow reference that agrees."""

from bisect import bisect_right
from collections import Counter
from itertools import groupby, pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.lead_outcome import render_lead
from leadtrace.domain.attribution.views import DealView, QualificationView
from leadtrace.domain.custody.terms import Terms, TermsSchedule
from leadtrace.domain.fact import Fact, union
from leadtrace.domain.fold import refold
from leadtrace.events.catalogue import Code
from leadtrace.events.custody import Account, Answer, Offer, OpenedBy
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadOutcome, Qualification
from leadtrace.testing.attribution_facts import DEFINITION
from leadtrace.testing.attribution_strategies import LEAD_VALUES, deals_of_a_lead
from leadtrace.testing.strategies import Values, facts, moments
from tests.laws.custody_reference import end_reasons, place_after, said, situations

_WORKED_ON = {Account.SALES, Account.PARTNER}
_STAYING: dict[Code, st.SearchStrategy[Values]] = {
    code: some for code, some in LEAD_VALUES.items() if code not in {Code.LEAD_DELETED, Code.LEAD_ERASED}
}
_TERMS = Terms(version=1, by_verdict=True)
_BOUND = 60


def _outcome(given_facts: list[Fact], deals: list[DealView], verdicts: list[Qualification]) -> LeadOutcome:
    state, _ = refold(LeadFold(), given_facts)
    return render_lead(
        state,
        lead_id="lead-1",
        deals=deals,
        qualification=QualificationView("cold", tuple(verdicts)),
        definition=DEFINITION,
        terms=TermsSchedule(_TERMS),
    )


@st.composite
def verdicts(draw: st.DrawFn) -> list[Qualification]:
    """Verdicts on mql that turn each time, in order."""
    at = sorted(draw(st.sets(moments(), max_size=4)))
    return [Qualification(Stage.MARKETING_QUALIFIED, one, place % 2 == 0) for place, one in enumerate(at)]


@given(facts(LEAD_VALUES, max_size=40), deals_of_a_lead(), verdicts())
def test_a_captured_lead_is_in_exactly_one_pair_of_hands(
    given_facts: list[Fact], deals: list[DealView], judged: list[Qualification]
) -> None:
    outcome = _outcome(given_facts, deals, judged)
    assert bool(outcome.holdings) == (outcome.captured_at is not None)
    if not outcome.holdings:
        return
    assert outcome.holdings[0].at == outcome.captured_at
    for one, following in pairwise(outcome.holdings):
        assert one.at <= following.at
        assert (one.account, one.team, one.owner, one.partner) != (
            following.account,
            following.team,
            following.owner,
            following.partner,
        )
    # Both sides of every move: what one account gives the next one gets.
    balances: Counter[str] = Counter({"outside": -1, outcome.holdings[0].account: 1})
    for one, following in pairwise(outcome.holdings):
        balances[one.account] -= 1
        balances[following.account] += 1
    assert balances.total() == 0
    assert +balances == Counter({outcome.holdings[-1].account: 1})


@given(facts(LEAD_VALUES, max_size=40), deals_of_a_lead(), verdicts())
def test_an_open_offer_is_in_transit_and_accepted_work_in_hands(
    given_facts: list[Fact], deals: list[DealView], judged: list[Qualification]
) -> None:
    outcome = _outcome(given_facts, deals, judged)
    if not outcome.offers:
        return
    assert [one.at for one in outcome.offers] == sorted(one.at for one in outcome.offers)
    last, account = outcome.offers[-1], outcome.holdings[-1].account
    assert (last.answer is Answer.OPEN) == (account is Account.IN_TRANSIT)
    assert (last.answer is Answer.ACCEPTED and last.ended_as is None) == (account in _WORKED_ON)
    assert all(one.answer is not Answer.OPEN for one in outcome.offers[:-1])
    for one in outcome.offers:
        _check_clocks(one)


def _check_clocks(one: Offer) -> None:
    assert (one.accept is None) == (one.opened_by is OpenedBy.IMPLIED)
    if one.accept is not None:
        assert one.accept.since == one.at <= one.accept.risk_at <= one.accept.due_at
    accepted = one.answer is Answer.ACCEPTED
    assert (one.contact is not None) == (one.outcome is not None) == accepted
    if one.contact is not None and one.contact.stopped_at is not None:
        assert one.contact.since <= one.contact.stopped_at
        assert not one.contact.void


@given(facts(_STAYING, max_size=40), deals_of_a_lead(), verdicts())
def test_custody_is_what_the_slow_reference_says(
    given_facts: list[Fact], deals: list[DealView], judged: list[Qualification]
) -> None:
    outcome = _outcome(given_facts, deals, judged)
    assume(outcome.captured_at is not None)
    onsets = [one.at for one in judged if one.holds]
    line = said(outcome, union(given_facts), onsets, _TERMS)
    expected = place_after(line)
    told = [
        [one.at, one.answer, one.answered_at, one.ended_at if one.ended_as else None]
        for one in outcome.offers
    ]
    assert told == [one[:4] for one in expected.offers[-_BOUND:]]
    reasons = end_reasons(expected, outcome.captured_at or 0, deals)
    assert [one.end_reason for one in outcome.offers] == reasons[-_BOUND:]
    accounts = [
        (one.at, "working" if one.account in _WORKED_ON else one.account.value) for one in outcome.holdings
    ]
    assert accounts[0][1] == "marketing"
    walked = [(accounts[0][0], "marketing"), *situations(line)]
    assert _by_moment(accounts) == _by_moment(walked)


def _by_moment(told: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The last of each moment, where it differs from the one before."""
    last = [list(some)[-1] for _, some in groupby(told, key=lambda one: one[0])]
    return [next(some) for _, some in groupby(last, key=lambda one: one[1])]


@given(facts(LEAD_VALUES, max_size=30), moments(), moments())
def test_an_earlier_contact_that_is_told_late_wins(given_facts: list[Fact], first: int, second: int) -> None:
    before = _outcome(given_facts, [], [])
    with_two = _outcome([*given_facts, _contact(first, "c1"), _contact(second, "c2")], [], [])
    other_way = _outcome([_contact(second, "c2"), *given_facts, _contact(first, "c1")], [], [])
    assert with_two == other_way
    begun = with_two.captured_at or 0
    told = [fact.at for fact in given_facts if fact.code == Code.ACTIVITY_RECORDED and fact.values]
    contacts = sorted(max(at, begun) for at in [*told, first, second])
    for one in with_two.offers:
        if one.contact is None or one.opened_by is OpenedBy.IMPLIED:
            continue
        place = bisect_right(contacts, one.at - 1)
        earliest = contacts[place] if place < len(contacts) else None
        if earliest is not None and (one.ended_at is None or earliest <= one.ended_at):
            assert one.contact.stopped_at == max(earliest, one.contact.since)
        else:
            assert one.contact.stopped_at is None
    assert [one.at for one in before.offers] == [one.at for one in with_two.offers]


def _contact(at: int, name: str) -> Fact:
    return Fact(at, 100, "", "dialler", name, int(Code.ACTIVITY_RECORDED), "contact/1", False, (1,))  # noqa: FBT003
