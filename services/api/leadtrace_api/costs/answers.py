"""From sums to numbers: a cost that cannot be told is null with its reason, never 0 and never without end."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadtrace.domain.money import average
from leadtrace_api.costs.found import Found, Sums
from leadtrace_api.costs.margins import Watched, return_on, tell_customers
from leadtrace_api.costs.reasons import Why
from leadtrace_api.costs.schemas import Average, Cohort, CostNumbers, Lag, Period, Return, Spend
from leadtrace_api.costs.spent import Spent
from leadtrace_api.costs.stage_costs import StageTerms
from leadtrace_api.schemas import RATE_DIGITS, Money, money


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the numbers of groups in the reporting currency."""

    currency: str
    found: Found

    @property
    def _stages(self) -> StageTerms:
        return StageTerms(self.found.terms.per_stage, self.currency)

    def numbers(self, sums: Sums) -> CostNumbers:
        """All numbers of one group, or of all."""
        media, sales = sums.media.get(self.currency, 0), sums.sales.get(self.currency, 0)
        beside = _beside(self.currency, sums.media, sums.sales)
        all_spent = Spent(media + sales, self.currency, bool(beside))
        return CostNumbers(
            spend=Spend(
                media=money(media, self.currency),
                sales=money(sales, self.currency),
                total=money(media + sales, self.currency),
                unconverted=beside,
            ),
            period=self._period(sums, all_spent),
            cohort=self._cohort(sums, all_spent, Spent(media, self.currency, bool(beside))),
            customers=tell_customers(_watched(sums, self.currency), self.found.terms.gross_margin, all_spent),
            stage_costs=self._stages.tell(sums.worked),
        )

    def _period(self, sums: Sums, spent: Spent) -> Period:
        brought = average(sums.brought, sums.sold)
        return Period(
            orders=sums.orders,
            unlinked_orders=sums.unlinked,
            new_customers=sums.new_customers,
            cpo=spent.naive(sums.orders, sums.leads),
            cac=spent.cost(sums.new_customers),
            stage_costs=self._stages.entered(sums.worked),
            cac_with_stage_costs=self._stages.with_spend(spent, sums.worked, sums.new_customers),
            average_order=Average(
                value=money(brought, self.currency) if brought is not None else None,
                n=sums.sold,
                reason=Why.NONE_YET if brought is None else None,
            ),
        )

    def _cohort(self, sums: Sums, spent: Spent, media: Spent) -> Cohort:
        revenue = sums.revenue.get(self.currency, 0)
        return Cohort(
            leads=sums.leads,
            mql=sums.mql,
            sql=sums.sql,
            customers=sums.customers,
            revenue=money(revenue, self.currency),
            unconverted=_beside(self.currency, sums.revenue),
            cpl=spent.cost(sums.leads),
            cpmql=spent.cost(sums.mql),
            cpsql=spent.cost(sums.sql),
            cpo=spent.lag_matched(sums.of_cohort, sums.expected(self.found.outlook), sums.leads),
            roas=_returned(revenue, media, sums.customers),
            revenue_to_expense=_returned(revenue, spent, sums.customers),
            romi=return_on(self.found.terms.gross_margin, revenue, spent, sums.customers),
        )


def lag_of(found: Found) -> Lag:
    """What the expectation of wins rests on."""
    by = found.outlook
    each = by.orders_per_win
    return Lag(
        method="aalen_johansen",
        horizon_s=by.horizon_s,
        won=by.won,
        lost=by.lost,
        open=by.open,
        orders_per_win=round(each, RATE_DIGITS) if each is not None else None,
    )


def _watched(sums: Sums, currency: str) -> Watched:
    return Watched(
        customers=sums.new_customers,
        days=sums.customer_days,
        churned=sums.churned,
        revenue=sums.customer_revenue,
        unpriced=sums.unpriced,
        currency=currency,
    )


def _returned(revenue: int, spent: Spent, customers: int) -> Return:
    reason = spent.why_not
    value = None if reason else round(revenue / spent.minor, RATE_DIGITS)
    return Return(value=value, n=customers, reason=reason)


def _beside(currency: str, *sums: Mapping[str, int]) -> tuple[Money, ...]:
    """What stands in other currencies, added up."""
    found: dict[str, int] = {}
    for one in sums:
        for other, minor in one.items():
            if other != currency:
                found[other] = found.get(other, 0) + minor
    return tuple(money(found[other], other) for other in sorted(found) if found[other])
