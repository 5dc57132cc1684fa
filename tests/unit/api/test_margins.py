"""Return on investment, payback and lifetime value from sums, each null with its reason, and stage costs."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.credits.cost_terms import CostOfStage
from leadtrace.events.lead import Stage
from leadtrace_api.costs.margins import Watched, return_on, tell_customers
from leadtrace_api.costs.reasons import Why
from leadtrace_api.costs.schemas import Cost
from leadtrace_api.costs.spent import Spent
from leadtrace_api.costs.stage_costs import StageTerms
from leadtrace_api.costs.worked import Reached
from leadtrace_api.schemas import Money

MARGIN = Decimal("0.6")


def eur(amount: str) -> Money:
    """Euros."""
    return Money(amount=amount, currency="EUR")


def spent(minor: int, *, beside: bool = False) -> Spent:
    """Cents."""
    return Spent(minor, "EUR", beside)


def watched(**known: Any) -> Watched:
    """Four customers for 487 days, which are 16 months; one churned; they brought 1,600.00."""
    return Watched(
        **{
            "customers": 4,
            "days": 487,
            "churned": 1,
            "revenue": 160_000,
            "unpriced": 0,
            "currency": "EUR",
            **known,
        }
    )


class TestReturn:
    def test_is_what_is_left_of_revenue_for_each_unit_of_spend(self) -> None:
        # 0.6 x 1,600 = 960; less 480.
        assert return_on(MARGIN, 160_000, spent(48_000), 4).value == 1.0
        assert return_on(MARGIN, 80_000, spent(48_000), 4).value == 0.0
        assert return_on(MARGIN, 0, spent(48_000), 0).value == -1.0

    @pytest.mark.parametrize(
        ("margin", "given", "reason"),
        [
            (None, spent(48_000), Why.NO_MARGIN),
            (None, spent(0), Why.NO_MARGIN),
            (MARGIN, spent(0), Why.NO_SPEND),
            (MARGIN, spent(0, beside=True), Why.NO_RATE),
            (MARGIN, spent(-1), Why.NEGATIVE_SPEND),
        ],
    )
    def test_says_why_there_is_none(self, margin: Decimal | None, given: Spent, reason: Why) -> None:
        told = return_on(margin, 160_000, given, 4)
        assert (told.value, told.n, told.reason) == (None, 4, reason)

    def test_a_margin_of_0_is_a_margin(self) -> None:
        assert return_on(Decimal(0), 160_000, spent(48_000), 4).value == -1.0


class TestCustomers:
    def test_by_hand(self) -> None:
        told = tell_customers(watched(), MARGIN, spent(48_000))
        assert (told.customers, told.customer_months, told.revenue) == (4, 16.0, eur("1600.00"))
        assert (told.arpa.value, told.arpa.n) == (eur("100.00"), 4)
        assert (told.churn.value, told.churn.churned) == (0.0625, 1)
        # A CAC of 120 by 60 a month; 60 a month for 16 months.
        assert told.payback_months.value == 2.0
        assert (told.ltv.value, told.ltv.method) == (eur("960.00"), "constant_churn")
        assert {told.arpa.reason, told.churn.reason, told.payback_months.reason, told.ltv.reason} == {None}

    @pytest.mark.parametrize(
        ("known", "margin", "given", "arpa", "churn", "payback", "ltv"),
        [
            ({}, None, 100, None, None, Why.NO_MARGIN, Why.NO_MARGIN),
            ({}, MARGIN, 0, None, None, Why.NO_SPEND, None),
            ({}, MARGIN, -1, None, None, Why.NEGATIVE_SPEND, None),
            ({"churned": 0}, MARGIN, 100, None, None, None, Why.NO_CHURN_YET),
            ({"revenue": 0}, MARGIN, 100, None, None, Why.NO_RETURN, None),
            ({}, Decimal(0), 100, None, None, Why.NO_RETURN, None),
            (
                {"customers": 0, "days": 0, "churned": 0, "revenue": 0},
                MARGIN,
                100,
                *(Why.NONE_YET,) * 4,
            ),
            ({"days": 0}, MARGIN, 100, *(Why.TOO_YOUNG,) * 4),
            ({"revenue": 0, "unpriced": 2}, MARGIN, 100, Why.NO_RATE, None, Why.NO_RATE, Why.NO_RATE),
            ({"unpriced": 2}, MARGIN, 100, None, None, None, None),
        ],
    )
    def test_what_cannot_be_told_says_why(
        self,
        known: dict[str, int],
        margin: Decimal | None,
        given: int,
        *,
        arpa: Why | None,
        churn: Why | None,
        payback: Why | None,
        ltv: Why | None,
    ) -> None:
        told = tell_customers(watched(**known), margin, spent(given))
        parts = (told.arpa, told.churn, told.payback_months, told.ltv)
        assert [one.reason for one in parts] == [arpa, churn, payback, ltv]
        assert all((one.value is None) == (one.reason is not None) for one in parts)

    def test_without_anything_left_a_life_is_worth_nothing(self) -> None:
        assert tell_customers(watched(revenue=0), MARGIN, spent(1)).ltv.value == eur("0.00")

    @given(
        st.integers(1, 10**6),
        st.integers(1, 10**9),
        st.integers(1, 10**6),
        st.integers(1, 10**12),
        st.integers(1, 10_000),
    )
    def test_a_life_is_worth_its_cost_for_each_time_that_it_pays_back(
        self, customers: int, days: int, churned: int, revenue: int, margin: int
    ) -> None:
        """LTV / CAC is the expected life in months over payback."""
        seen = watched(customers=customers, days=days, churned=min(churned, customers), revenue=revenue)
        told = tell_customers(seen, Decimal(margin).scaleb(-4), spent(10**6))
        assert told.ltv.value is not None
        life = Fraction(days) / Fraction(487, 16) / seen.churned
        left = Fraction(revenue * margin, 10_000) / (Fraction(days) / Fraction(487, 16))
        assert abs(Fraction(told.ltv.value.amount) - left * life / 100) <= Fraction(1, 200)
        payback = Fraction(10**6, customers) / left
        assert told.payback_months.value == pytest.approx(float(payback), abs=1e-6)


class TestStageCosts:
    TERMS = StageTerms(
        {
            Stage.SALES_ACCEPTED: CostOfStage(1_000, "USD"),
            Stage.SALES_QUALIFIED: CostOfStage(5_000, "EUR"),
            Stage.OPPORTUNITY: CostOfStage(20_000, "EUR"),
        },
        "EUR",
    )
    WORKED: ClassVar = {
        Stage.SALES_ACCEPTED: Reached(leads=12),
        Stage.SALES_QUALIFIED: Reached(leads=10, won=2, lost=5, open=2, entered=4),
        Stage.OPPORTUNITY: Reached(leads=4, won=2, lost=1, open=1, entered=2),
    }

    def test_totals_are_those_of_stages_in_one_currency(self) -> None:
        told = self.TERMS.tell(self.WORKED)
        assert [one.stage for one in told.stages] == list(self.TERMS.per_stage)
        assert [one.all.cost.amount for one in told.stages] == ["120.00", "500.00", "800.00"]
        assert (told.total, told.won) == (eur("1300.00"), eur("500.00"))
        assert (told.lost, told.open) == (eur("450.00"), eur("300.00"))
        assert told.unconverted == (Money(amount="120.00", currency="USD"),)
        qualified = told.stages[1]
        assert (qualified.deleted.leads, qualified.deleted.cost) == (1, eur("50.00"))

    def test_what_was_spent_and_worked_in_the_range_is_divided_by_its_customers(self) -> None:
        # 4 x 50 and 2 x 200 beside 100.
        assert self.TERMS.entered(self.WORKED) == eur("600.00")
        told = self.TERMS.with_spend(spent(10_000), self.WORKED, 2)
        assert told == Cost(value=eur("350.00"), n=2, reason=None)

    @pytest.mark.parametrize(
        ("terms", "given", "customers", "reason"),
        [
            (StageTerms({}, "EUR"), spent(1), 2, Why.NO_STAGE_COSTS),
            (StageTerms({Stage.LEAD: CostOfStage(1, "USD")}, "EUR"), spent(1), 2, Why.NO_RATE),
            (TERMS, spent(0), 2, Why.NO_SPEND),
            (TERMS, spent(-1), 2, Why.NEGATIVE_SPEND),
            (TERMS, spent(1), 0, Why.NONE_YET),
        ],
    )
    def test_what_is_not_known_says_why(
        self, terms: StageTerms, given: Spent, customers: int, reason: Why
    ) -> None:
        assert terms.with_spend(given, self.WORKED, customers) == Cost(value=None, n=customers, reason=reason)

    @pytest.mark.parametrize("currency", [None, "USD"])
    def test_without_costs_there_are_no_totals_of_0(self, currency: str | None) -> None:
        per_stage = {} if currency is None else {Stage.LEAD: CostOfStage(100, currency)}
        told = StageTerms(per_stage, "EUR").tell({Stage.LEAD: Reached(leads=3)})
        assert (told.total, told.won, told.lost, told.open) == (None, None, None, None)
        assert told.reason is (Why.NO_RATE if currency else Why.NO_STAGE_COSTS)
        assert told.unconverted == ((Money(amount="3.00", currency="USD"),) if currency else ())

    def test_nobody_at_a_stage_costs_0(self) -> None:
        told = self.TERMS.tell({})
        assert (told.total, told.unconverted, told.reason) == (eur("0.00"), (), None)
