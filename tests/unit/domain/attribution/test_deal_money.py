"""What refunds, renewals, expansions and churn make of a won deal, one rule after the other."""

from datetime import date
from decimal import Decimal

import pytest

from leadtrace.domain.attribution.deal_fold import MONEY_LIMIT, DealFold
from leadtrace.domain.attribution.deal_outcome import deal_views, is_foreign, render_deal
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.rates import NO_RATES, Rates, rates_of
from leadtrace.events.catalogue import Code
from leadtrace.events.codec import encode
from leadtrace.events.deal import (
    DealDeleted,
    DealLinked,
    DealLost,
    DealRefunded,
    DealReopened,
    DealUpdated,
    DealWon,
    RevenueKind,
    RevenueRecorded,
)
from leadtrace.events.money import Booking, MoneyKind
from leadtrace.events.reference import LeadRef
from leadtrace.events.snapshots import DealOutcome
from leadtrace.testing.attribution_facts import DEFINITION, START_US, Told, day, deal_facts, lead_outcome

WON = DealWon("closedwon")
HUNDRED = DealUpdated(amount="100.00", currency="EUR")
ALL, SOME = DealRefunded(), DealRefunded("30.00", "EUR", "late")
CLOSE = date(2023, 11, 17)  # the day of `day(3)`


def renewal(amount: str, currency: str = "EUR") -> RevenueRecorded:
    return RevenueRecorded(RevenueKind.RENEWAL, amount, currency)


def churn(amount: str) -> RevenueRecorded:
    return RevenueRecorded(RevenueKind.CHURN, amount, "EUR")


def link(number: int) -> DealLinked:
    return DealLinked(LeadRef("hubspot", f"contact/{number}", f"lead-{number}", 1))


def outcome_of(facts: list[Fact], rates: Rates = NO_RATES) -> DealOutcome:
    state, _ = refold(DealFold(), facts)
    return render_deal(state, deal_id="d1", definition=DEFINITION, rates=rates)


def told(*happened: Told, rates: Rates = NO_RATES) -> DealOutcome:
    return outcome_of(deal_facts(*happened), rates)


def steps(outcome: DealOutcome) -> list[tuple[str, int, float]]:
    """Kind, amount and day of each booking."""
    return [(one.kind.value, one.amount, (one.at - START_US) / 86_400_000_000) for one in outcome.bookings]


SOLD = ((1, HUNDRED), (1, link(1)), (1, link(2)), (1, link(3)), (3, WON))


def test_a_deal_of_which_nothing_else_is_told_says_no_more_than_its_amount() -> None:
    outcome = told(*SOLD)
    assert (outcome.bookings, outcome.net, outcome.refunded, outcome.flags) == ((), None, 0, ("unhydrated",))
    assert b"bookings" not in encode(outcome)
    assert b"bookings" not in encode(lead_outcome([], deal_views(outcome)["lead-1"]))


def test_a_refund_is_dated_by_its_own_moment_and_the_win_stays_in_its_own() -> None:
    outcome = told(*SOLD, (40, SOME))
    assert steps(outcome) == [("win", 10_000, 3), ("refund", -3_000, 40)]
    assert (outcome.amount, outcome.refunded, outcome.net) == (10_000, 3_000, 7_000)
    assert [lead.share for lead in outcome.leads] == [2_334, 2_333, 2_333]
    assert outcome.status == "won"


def test_each_lead_is_booked_the_difference_to_what_it_had() -> None:
    views = deal_views(told(*SOLD, (40, SOME), (41, ALL)))
    booked = {lead: [one.amount for one in view.bookings] for lead, view in views.items()}
    assert booked == {
        "lead-1": [3_334, -1_000, -2_334],
        "lead-2": [3_333, -1_000, -2_333],
        "lead-3": [3_333, -1_000, -2_333],
    }
    assert {view.share for view in views.values()} == {0}


@pytest.mark.parametrize(
    ("happened", "booked", "flags"),
    [
        ([(4, ALL)], [("refund", -10_000)], set()),
        ([(4, DealRefunded("100.01", "EUR"))], [("refund", -10_000)], {"refund_exceeds"}),
        ([(4, SOME), (5, ALL), (6, SOME)], [("refund", -3_000), ("refund", -7_000)], {"refund_exceeds"}),
        ([(2, SOME)], [("refund", -3_000)], {"before_win"}),
        ([(4, DealRefunded("-5", "EUR"))], [], {"bad_money"}),
        ([(4, DealRefunded("much", "EUR"))], [], {"bad_money"}),
        ([(4, DealRefunded("1", "USD"))], [], {"refund_exceeds"}),
        ([(4, DealRefunded("0", "EUR"))], [], set()),
        ([(4, renewal("50")), (5, ALL)], [("renewal", 5_000), ("refund", -15_000)], set()),
        ([(4, churn("40")), (5, churn("70"))], [("churn", -4_000), ("churn", -6_000)], {"churn_exceeds"}),
        ([(2, churn("40"))], [], {"before_win", "churn_exceeds"}),
        (
            [(4, RevenueRecorded(RevenueKind.EXPANSION, "20", "EUR"))],
            [("expansion", 2_000)],
            set(),
        ),
    ],
)
def test_nothing_takes_back_more_than_is_there(
    happened: list[Told], booked: list[tuple[str, int]], flags: set[str]
) -> None:
    outcome = told(*sorted([*SOLD, *happened], key=lambda one: one[0]))
    assert [(kind, amount) for kind, amount, _ in steps(outcome)[1:]] == booked
    assert set(outcome.flags) - {"unhydrated"} == flags


def test_a_refund_of_before_the_win_counts_when_the_deal_was_won() -> None:
    assert steps(told((1, HUNDRED), (2, SOME), (3, WON)))[1] == ("refund", -3_000, 3)


def test_a_changed_amount_changes_the_win_and_all_of_it_is_refunded() -> None:
    outcome = told(*SOLD, (4, ALL), (5, DealUpdated(amount="120")))
    assert steps(outcome) == [("win", 12_000, 3), ("refund", -12_000, 4)]


def test_a_win_that_is_undone_takes_its_refunds_along() -> None:
    again = (*SOLD, (4, ALL), (5, DealReopened("open")))
    assert told(*again).bookings == ()
    assert told(*again).flags == ("unhydrated",)
    assert told(*again, (9, WON)).net is None
    late = told(*SOLD, (5, DealReopened("open")), (6, ALL), (9, WON))
    assert (late.net, late.flags) == (None, ("unhydrated", "refund_without_win"))


def test_refunds_of_deals_that_are_not_won_count_nowhere_and_say_so() -> None:
    for end in (DealLost("closedlost"), DealUpdated(amount="90")):
        outcome = told((1, HUNDRED), (2, SOME), (3, end))
        assert outcome.bookings == ()
        assert "refund_without_win" in outcome.flags


def test_a_deleted_deal_brings_nothing() -> None:
    assert told(*SOLD, (4, SOME), (5, DealDeleted())).bookings == ()


def test_a_corrected_refund_never_was() -> None:
    facts = deal_facts(*SOLD, (4, SOME))
    said = ("hubspot", facts[-1].id, "deal.refunded", day(5), "incorrect_data")
    code = int(Code.EVENT_CORRECTED)
    void = Fact(day(5), 100, "", "hubspot", "void", code, "deal/9", False, said)  # noqa: FBT003
    assert outcome_of(facts).net == 7_000
    assert outcome_of([*facts, void]).bookings == ()


def test_facts_that_were_kept_before_refunds_were_read_change_nothing() -> None:
    old = [
        Fact(day(number), 100, "", "crm", str(number), int(code), "deal/9", False, ())  # noqa: FBT003
        for number, code in enumerate((Code.DEAL_REFUNDED, Code.REVENUE_RECORDED), start=10)
    ]
    assert outcome_of([*deal_facts(*SOLD), *old]).bookings == ()


def test_beyond_the_limit_nothing_more_is_taken_and_that_is_said() -> None:
    many = [(4 + number / 1_000, renewal("1")) for number in range(MONEY_LIMIT + 1)]
    outcome = told(*SOLD, *many)
    assert outcome.net == 10_000 + MONEY_LIMIT * 100
    assert "money_truncated" in outcome.flags


class TestRates:
    """One rate a deal: that of the day on which it closed."""

    rates = rates_of("EUR", [(CLOSE, "USD", Decimal("1.0852")), (CLOSE, "JPY", Decimal(163))])
    sold = ((1, DealUpdated(amount="100.00", currency="USD")), (1, link(1)), (1, link(2)), (3, WON))

    def test_everything_of_a_deal_counts_at_the_rate_of_its_close(self) -> None:
        outcome = told(*self.sold, (400, renewal("100", "USD")), (401, DealRefunded("50")), rates=self.rates)
        counted = [(one.amount, one.currency, one.counted, one.counted_in) for one in outcome.bookings]
        # 9,214.89… cents, then 18,429.78… and 13,822.33… in all.
        assert counted == [
            (10_000, "USD", 9_215, "EUR"),
            (10_000, "USD", 9_215, "EUR"),
            (-5_000, "USD", -4_608, "EUR"),
        ]
        views = deal_views(outcome)
        assert [one.counted for one in views["lead-1"].bookings] == [4_608, 4_607, -2_304]
        assert [one.counted for one in views["lead-2"].bookings] == [4_607, 4_608, -2_304]

    def test_a_full_refund_leaves_nothing_in_either_currency(self) -> None:
        outcome = told(*self.sold, (9, DealRefunded("33.33")), (10, ALL), rates=self.rates)
        assert sum(one.counted for one in outcome.bookings) == 0
        for view in deal_views(outcome).values():
            assert sum(one.counted for one in view.bookings) == 0

    def test_money_of_another_currency_than_the_deals_has_a_rate_of_its_own(self) -> None:
        outcome = told(*self.sold, (5, renewal("163", "JPY")), rates=self.rates)
        assert outcome.bookings[1] == Booking(day(5), MoneyKind.RENEWAL, 163, "JPY", 100, "EUR")
        assert outcome.net == 10_000

    def test_without_a_rate_it_counts_unconverted_and_says_so(self) -> None:
        old = rates_of("EUR", [(date(2023, 11, 9), "USD", Decimal(2))])
        outcome = told(*self.sold, rates=old)
        assert (outcome.bookings, outcome.flags) == ((), ("unhydrated", "no_rate"))
        assert told(*self.sold, rates=rates_of("EUR", None)).flags == ("unhydrated",)

    def test_the_last_rate_of_the_week_before_holds(self) -> None:
        friday = rates_of("EUR", [(date(2023, 11, 10), "USD", Decimal(2))])
        assert told(*self.sold, rates=friday).bookings[0].counted == 5_000

    def test_only_won_deals_with_foreign_money_ask_for_rates(self) -> None:
        assert is_foreign(told(*self.sold), self.rates)
        assert is_foreign(told(*SOLD, (5, renewal("1", "USD"))), self.rates)
        assert not is_foreign(told(*SOLD, (5, SOME)), self.rates)
        assert not is_foreign(told(*self.sold[:-1]), self.rates)

    def test_tables_of_other_contents_have_other_marks(self) -> None:
        tables = [
            self.rates,
            rates_of("EUR", None),
            rates_of("EUR", []),
            rates_of("USD", None),
            rates_of("EUR", [(CLOSE, "USD", Decimal("1.0853"))]),
        ]
        assert len({one.mark for one in tables}) == len(tables)
        assert all(one.mark for one in tables)
        same = [(CLOSE, "JPY", Decimal("163.0")), (CLOSE, "USD", Decimal("1.08520"))]
        assert rates_of("EUR", same).mark == self.rates.mark
