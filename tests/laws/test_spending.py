"""Laws of spend: every day of an account has one posting that counts, in whatever order postings are read."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.comparison.spending import SpendLedger
from leadtrace.events.spend import SpendRecorded, SpendRow
from leadtrace.events.times import to_micros

_FIRST = date(2026, 1, 1)
_START = datetime(2026, 2, 1, tzinfo=UTC)
_Posted = tuple[datetime, SpendRecorded]


def _day(number: int) -> date:
    return _FIRST + timedelta(days=number)


@st.composite
def _histories(draw: st.DrawFn) -> list[_Posted]:
    """Postings as ingest lets them in: a later one holds all of an earlier scope, or nothing of it."""
    kept: list[_Posted] = []
    for hour in range(draw(st.integers(0, 12))):
        first, length = draw(st.integers(0, 8)), draw(st.integers(0, 4))
        account = draw(st.sampled_from("ab"))
        rows = draw(
            st.lists(st.tuples(st.integers(-999, 9_999), st.sampled_from(("EUR", "JPY"))), max_size=3)
        )
        days = _day(first), _day(first + length)
        posting = SpendRecorded(
            account, *days, tuple(SpendRow(*days, f"{cents / 1000}", currency) for cents, currency in rows)
        )
        if all(_fits(posting, earlier) for _, earlier in kept):
            kept.append((_START + timedelta(hours=hour), posting))
    return kept


def _fits(later: SpendRecorded, earlier: SpendRecorded) -> bool:
    apart = later.account != earlier.account or later.to < earlier.from_ or earlier.to < later.from_
    return apart or (later.from_ <= earlier.from_ and earlier.to <= later.to)


def _newest_of_each_day(history: list[_Posted]) -> dict[str, Decimal]:
    """What counts, day by day: the newest posting that speaks of the day."""
    newest = {
        (posting.account, _day(number)): place
        for place, (_, posting) in enumerate(history)
        for number in range(20)
        if posting.from_ <= _day(number) <= posting.to
    }
    sums: dict[str, Decimal] = {}
    for place in set(newest.values()):
        for row in history[place][1].rows:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + Decimal(row.amount)
    return sums


@given(_histories(), st.randoms(use_true_random=False))
def test_the_newest_posting_of_each_day_counts(history: list[_Posted], chance: random.Random) -> None:
    ledger, numbered = SpendLedger(), list(enumerate(history))
    chance.shuffle(numbered)
    for number, (recorded, posting) in numbered:
        ledger.post("source", f"e{number:02}", posting, recorded=to_micros(recorded))
    assert ledger.total() == _newest_of_each_day(history)
