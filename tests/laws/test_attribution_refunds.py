"""Refunds and revenue beside the win: a deal brings what a slow reference says, its leads share it all."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from hypothesis import assume, given
from hypothesis import strategies as st

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import deal_views, render_deal
from leadtrace.domain.fact import Fact, union
from leadtrace.domain.fold import refold
from leadtrace.domain.rates import LONGEST_WAIT_DAYS, NO_RATES, Rates, rates_of
from leadtrace.events.catalogue import Code
from leadtrace.events.money import Booking, MoneyKind
from leadtrace.events.snapshots import DealOutcome, DealStatus
from leadtrace.events.times import from_micros
from leadtrace.testing.attribution_facts import DEFINITION
from leadtrace.testing.attribution_strategies import DEAL_VALUES, LEAD_IDS
from leadtrace.testing.strategies import DAY_US, START_US, Values, facts
from tests.laws import money_reference as reference

_FIRST = date(2023, 11, 10)
_DIGITS = {"EUR": 2, "JPY": 0}
_CODES = (
    Code.DEAL_UPDATED,
    Code.DEAL_LINKED,
    Code.DEAL_UNLINKED,
    Code.DEAL_WON,
    Code.DEAL_REFUNDED,
    Code.REVENUE_RECORDED,
)
_MONEY: dict[Code, st.SearchStrategy[Values]] = {code: DEAL_VALUES[code] for code in _CODES}
_ANYTHING: dict[Code, st.SearchStrategy[Values]] = {
    code: values
    for code, values in DEAL_VALUES.items()
    if code not in {Code.DEAL_DELETED, Code.DEAL_RESTORED}
}
Row = tuple[date, str, Decimal]


@st.composite
def rate_rows(draw: st.DrawFn) -> list[Row]:
    """Rates of the yen on some days around those on which deals close."""
    days = draw(st.sets(st.integers(0, 40), max_size=8))
    rate = st.decimals(Decimal("0.01"), 300, places=4)
    return [(_FIRST + timedelta(days=day), "JPY", draw(rate)) for day in sorted(days)]


@st.composite
def won_deals(draw: st.DrawFn) -> list[Fact]:
    """A deal of several leads that was won on the second day, and what came of its money before and after."""
    currency = draw(st.sampled_from(list(_DIGITS)))
    amount = draw(st.decimals(0, 9_000, places=2).map(str))
    first: list[tuple[Code, Values]] = [
        (Code.DEAL_UPDATED, (amount, currency, None)),
        (Code.DEAL_WON, ("won",)),
    ]
    leads = enumerate(LEAD_IDS[: draw(st.integers(1, 3))])
    first += [
        (Code.DEAL_LINKED, ("crm", f"contact/{10 + number}", lead, 1, None, 0)) for number, lead in leads
    ]
    base = [_fact(START_US + DAY_US, f"base{place}", *one) for place, one in enumerate(first)]
    return [*base, *draw(facts(_MONEY, max_size=12))]


def _fact(at: int, name: str, code: Code, values: Values) -> Fact:
    return Fact(at, 100, "", "crm", name, int(code), "deal/9", False, values)  # noqa: FBT003


def _outcome(given_facts: list[Fact], rates: Rates = NO_RATES) -> DealOutcome:
    state, _ = refold(DealFold(), given_facts)
    return render_deal(state, deal_id="d1", definition=DEFINITION, rates=rates)


def _bookings(outcome: DealOutcome) -> list[Booking]:
    """The bookings told, or the one that a won deal without them means."""
    if outcome.bookings or outcome.status != DealStatus.WON or outcome.currency is None:
        return list(outcome.bookings)
    at, amount, currency = outcome.closed_at or 0, outcome.amount or 0, outcome.currency
    return [Booking(at, MoneyKind.WIN, amount, currency, amount, currency)]


@given(st.one_of(won_deals(), facts(_ANYTHING)))
def test_a_won_deal_brings_what_a_slow_reference_says(given_facts: list[Fact]) -> None:
    outcome = _outcome(given_facts)
    won_at, money = reference.wins_of(given_facts)
    assert (outcome.status == DealStatus.WON) == (won_at is not None)
    if won_at is None:
        assert not outcome.bookings
        return
    steps = reference.steps_of(won_at, outcome.amount or 0, outcome.currency, money)
    told = [(one.at, one.kind.value, one.amount, one.currency) for one in _bookings(outcome)]
    assert told == reference.booked(steps)
    assert all(one.counted == one.amount and one.counted_in == one.currency for one in outcome.bookings)
    if outcome.net is not None and outcome.currency is not None:
        assert outcome.net == reference.left_of(steps, outcome.currency)
        assert outcome.refunded == -sum(
            amount for _, kind, amount, currency in told if (kind, currency) == ("refund", outcome.currency)
        )


@given(won_deals(), rate_rows())
def test_all_of_a_deal_counts_at_the_rate_of_its_close(given_facts: list[Fact], rows: list[Row]) -> None:
    outcome = _outcome(given_facts, rates_of("EUR", rows))
    assume(outcome.status == DealStatus.WON and outcome.closed_at is not None)
    rate = _slow_rate(rows, from_micros(outcome.closed_at or 0).date())
    lacking = rate is None and any(one.currency == "JPY" for one in _bookings(outcome))
    assert ("no_rate" in outcome.flags) == lacking
    for currency in _DIGITS:
        told = [one for one in _bookings(outcome) if one.currency == currency]
        sums = accumulate(one.amount for one in told)
        foreign = currency == "JPY" and rate is not None
        worth = [
            _half_even(Fraction(minor) * 100 / Fraction(rate)) if foreign and rate else minor
            for minor in sums
        ]
        assert list(accumulate(one.counted for one in told)) == worth
        assert {one.counted_in for one in told} <= {"EUR" if foreign else currency}


def _slow_rate(rows: list[Row], day: date) -> Decimal | None:
    published = {when: rate for when, _, rate in rows}
    for back in range(LONGEST_WAIT_DAYS + 1):
        if day - timedelta(days=back) in published:
            return published[day - timedelta(days=back)]
    return None


def _half_even(value: Fraction) -> int:
    below = value.numerator // value.denominator
    over = value - below
    if over == Fraction(1, 2):
        return below + below % 2
    return below + (over > Fraction(1, 2))


@given(won_deals(), rate_rows())
def test_each_step_is_divided_among_the_leads_to_the_cent(given_facts: list[Fact], rows: list[Row]) -> None:
    outcome = _outcome(given_facts, rates_of("EUR", rows))
    views = deal_views(outcome)
    assume(outcome.bookings and views)
    parts: Counter[tuple[int, MoneyKind, str, str]] = Counter()
    counted: Counter[tuple[int, MoneyKind, str, str]] = Counter()
    for one in outcome.bookings:
        parts[one.at, one.kind, one.currency, one.counted_in] += one.amount
        counted[one.at, one.kind, one.currency, one.counted_in] += one.counted
    for view in views.values():
        for one in view.bookings:
            parts[one.at, one.kind, one.currency, one.counted_in] -= one.amount
            counted[one.at, one.kind, one.currency, one.counted_in] -= one.counted
    assert not any(parts.values())
    assert not any(counted.values())
    assert sum(view.share for view in views.values()) == (outcome.net or 0)
    for place, lead in enumerate(outcome.leads):
        own = views[lead.lead_id].bookings
        for currency in _DIGITS:
            totals = accumulate(one.counted for one in outcome.bookings if one.counted_in == currency)
            expected = reference.parts_of(list(totals), len(views))[place]
            assert sum(one.counted for one in own if one.counted_in == currency) == sum(expected)


@given(won_deals(), rate_rows())
def test_a_full_refund_leaves_nothing_with_anybody(given_facts: list[Fact], rows: list[Row]) -> None:
    last = max((fact.at for fact in given_facts), default=0) + 1
    everything = [_fact(last, name, Code.DEAL_REFUNDED, (None, name)) for name in _DIGITS]
    before = _outcome(given_facts)
    assume(before.status == DealStatus.WON and (before.amount or 0) >= 0)
    outcome = _outcome([*given_facts, *everything], rates_of("EUR", rows))
    left: Counter[str] = Counter()
    for one in outcome.bookings:
        left[one.currency] += one.amount
        left[f"counted {one.counted_in}"] += one.counted
    assert not any(left.values())
    for view in deal_views(outcome).values():
        assert view.share == 0
        assert sum(one.counted for one in view.bookings) == 0
        assert sum(one.amount for one in view.bookings) == 0


@given(won_deals(), st.integers(0, 24))
def test_a_refund_told_twice_counts_once(given_facts: list[Fact], place: int) -> None:
    again = [*given_facts, given_facts[place % len(given_facts)]]
    assert _outcome(again) == _outcome(given_facts)
    assert len(union(again)) == len(given_facts)
