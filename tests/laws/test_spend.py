"""Laws of spend: one posting counts for each day, corrections count, and days sum to what was spent."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from leadtrace.domain.calendar import Days
from leadtrace.domain.corrections import Correction
from leadtrace.domain.money import minor_digits
from leadtrace.domain.rates import NO_RATES, rates_of
from leadtrace.domain.spend.days import Worth, days_of, worth_of
from leadtrace.domain.spend.ledger import Fate, Posting, fates
from leadtrace.events.spend import SpendRow

_FIRST = date(2026, 1, 1)
_HORIZON = 14


def _day(number: int) -> date:
    return _FIRST + timedelta(days=number)


@st.composite
def _postings(draw: st.DrawFn) -> list[Posting]:
    """Postings as ingest lets them in: a later one holds all of an earlier scope, or nothing of it."""
    kept: list[Posting] = []
    for number in range(draw(st.integers(0, 12))):
        first, length = draw(st.integers(0, 8)), draw(st.integers(0, 5))
        # Equal receipts are as common as not; then ids decide.
        ties = kept and draw(st.sampled_from((True, False)))
        recorded = kept[-1].recorded if ties else number
        made = Posting(
            recorded, "ads", f"e{draw(st.integers(0, 9))}{number}", _day(first), _day(first + length)
        )
        if all(_fits(made, one) for one in kept):
            kept.append(made)
    return kept


def _fits(one: Posting, other: Posting) -> bool:
    later, earlier = max(one, other), min(one, other)
    apart = later.last < earlier.first or earlier.last < later.first
    return apart or (later.first <= earlier.first and earlier.last <= later.last)


@st.composite
def _sets(draw: st.DrawFn) -> tuple[list[Posting], list[Correction]]:
    postings = draw(_postings())
    corrections: list[Correction] = []
    for number in range(draw(st.integers(0, 5))):
        known = [one.identity for one in postings] + [one.own for one in corrections]
        if known:
            own = ("desk", f"c{number}")
            corrections.append(Correction(draw(st.integers(0, 20)), own, draw(st.sampled_from(known))))
    return postings, corrections


def _void(corrections: Sequence[Correction]) -> set[tuple[str, str]]:
    """By the words of the rule: a correction counts unless one recorded later takes it back."""

    def counts(one: Correction) -> bool:
        later = (other for other in corrections if other > one and other.corrected == one.own)
        return not any(counts(other) for other in later)

    return {one.corrected for one in corrections if counts(one)}


@given(_sets())
def test_the_newest_posting_of_each_day_that_was_not_corrected_counts(
    given_set: tuple[list[Posting], list[Correction]],
) -> None:
    postings, corrections = given_set
    standing = [one for one in postings if one.identity not in _void(corrections)]
    newest = {
        max((one for one in standing if one.first <= _day(number) <= one.last), default=None)
        for number in range(_HORIZON)
    }
    found = fates(postings, corrections)
    assert found.keys() == {one.identity for one in postings}
    assert {name for name, fate in found.items() if fate is Fate.COUNTED} == {
        one.identity for one in newest if one is not None
    }
    assert {name for name, fate in found.items() if fate is Fate.VOID} == {
        one.identity for one in postings
    } - {one.identity for one in standing}


@given(_sets(), st.randoms(use_true_random=False))
def test_order_and_copies_change_nothing(
    given_set: tuple[list[Posting], list[Correction]], chance: random.Random
) -> None:
    postings, corrections = given_set
    again = [*postings, *(one for one in postings if chance.random() < 0.5)]
    more = [*corrections, *(one for one in corrections if chance.random() < 0.5)]
    chance.shuffle(again)
    chance.shuffle(more)
    assert fates(again, more) == fates(postings, corrections)


@given(_sets())
def test_a_correction_that_is_taken_back_was_never_made(
    given_set: tuple[list[Posting], list[Correction]],
) -> None:
    postings, corrections = given_set
    taken_back = [Correction(99, ("desk", f"back {one.own[1]}"), one.own) for one in corrections]
    assert fates(postings, [*corrections, *taken_back]) == fates(postings)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=30))
def test_scopes_are_held_by_any_newer_one_however_they_lie(scopes: list[tuple[int, int]]) -> None:
    postings = [
        Posting(recorded, "ads", f"e{recorded}", _day(min(scope)), _day(max(scope)))
        for recorded, scope in enumerate(scopes)
    ]
    counted = {
        one.identity
        for one in postings
        if not any(
            other.recorded > one.recorded and other.first <= one.first and one.last <= other.last
            for other in postings
        )
    }
    assert {name for name, fate in fates(postings).items() if fate is Fate.COUNTED} == counted


def test_what_was_replaced_stands_again_once_its_replacement_is_void() -> None:
    week = Posting(1, "ads", "week", _day(0), _day(6))
    month = Posting(2, "ads", "month", _day(0), _day(30))
    assert fates([week, month]) == {("ads", "week"): Fate.REPLACED, ("ads", "month"): Fate.COUNTED}
    wrong = Correction(3, ("desk", "c"), ("ads", "month"))
    assert fates([week, month], [wrong]) == {("ads", "week"): Fate.COUNTED, ("ads", "month"): Fate.VOID}


_AMOUNTS = st.one_of(
    st.from_regex(r"\A-?[0-9]{1,9}(\.[0-9]{1,12})?\Z"),
    st.sampled_from(("0.005", "0.015", "-0.005", "2.5", "0.001", "100.00")),
)


@given(_AMOUNTS, st.sampled_from(("EUR", "JPY", "KWD", "CLF")), st.integers(1, 400))
@example("100.00", "EUR", 3)
def test_days_sum_to_the_row_and_differ_by_at_most_one_unit(amount: str, currency: str, length: int) -> None:
    row = SpendRow(_FIRST, _day(length - 1), amount, currency)
    days = list(days_of(row))
    unit = Decimal(1).scaleb(-minor_digits(currency))
    minor = int(Decimal(amount).quantize(unit, ROUND_HALF_EVEN).scaleb(minor_digits(currency)))
    assert sum(part for _, part in days) == minor
    assert all(part for _, part in days)
    parts = [dict(days).get(_day(number), 0) for number in range(length)]
    assert sum(parts) == minor
    assert max(parts) - min(parts) <= 1
    assert parts == sorted(parts, reverse=minor >= 0)


def test_what_is_left_over_goes_to_the_earlier_days() -> None:
    assert list(days_of(SpendRow(_FIRST, _day(2), "100.00", "EUR"))) == [
        (_day(0), 3334),
        (_day(1), 3333),
        (_day(2), 3333),
    ]
    assert list(days_of(SpendRow(_FIRST, _day(9_000), "0.02", "EUR"))) == [(_day(0), 1), (_day(1), 1)]
    assert list(days_of(SpendRow(_day(1), _day(0), "1", "EUR"))) == []


def test_a_day_counts_by_its_own_rate_and_without_one_stands_beside() -> None:
    rates = rates_of("EUR", [(_day(0), "USD", Decimal("1.25")), (_day(2), "USD", Decimal(2))], Days())
    assert worth_of(1000, "USD", _day(0), rates) == Worth(800, "EUR")
    assert worth_of(1000, "USD", _day(1), rates) == Worth(800, "EUR")
    assert worth_of(1000, "USD", _day(2), rates) == Worth(500, "EUR")
    assert worth_of(1000, "USD", _day(-1), rates) == Worth(1000, "USD")
    assert worth_of(1000, "USD", _day(10), rates) == Worth(1000, "USD")
    assert worth_of(1000, "GBP", _day(0), rates) == Worth(1000, "GBP")
    assert worth_of(1000, "EUR", _day(0), rates) == Worth(1000, "EUR")
    assert worth_of(1000, "USD", _day(0), NO_RATES) == Worth(1000, "USD")
