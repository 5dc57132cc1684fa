"""What is left of revenue: return on investment, payback, lifetime value, by the definitions' gross margin.

Every number is made of exact parts and rounded once: ROMI = (margin x revenue - spend) / spend, payback
= CAC / (ARPA x margin), lifetime value = ARPA x margin / churn, churn taken as constant.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from leadtrace_api.costs.margin_schemas import (
    Churn,
    Customers,
    LifetimeValue,
    MonthlyRevenue,
    Payback,
    ReturnOnInvestment,
)
from leadtrace_api.costs.reasons import Why
from leadtrace_api.costs.spent import Spent
from leadtrace_api.schemas import RATE_DIGITS, money

# A twelfth of 365.25 days.
MONTH_DAYS: Final = Fraction("30.4375")


@dataclass(frozen=True, slots=True)
class Watched:
    """New customers: days for which they were customers, and what they brought in minor units of `currency`.

    `unpriced` of them brought money in currencies without a rate.
    """

    customers: int
    days: int
    churned: int
    revenue: int
    unpriced: int
    currency: str

    @property
    def months(self) -> Fraction:
        """Customer-months."""
        return Fraction(self.days) / MONTH_DAYS

    @property
    def why_no_rate(self) -> Why | None:
        """Why nothing can be said for each month; None if it can."""
        if not self.customers:
            return Why.NONE_YET
        return None if self.days else Why.TOO_YOUNG

    @property
    def why_no_arpa(self) -> Why | None:
        """Why nobody can say what they bring in a month; None if one can."""
        return self.why_no_rate or (Why.NO_RATE if not self.revenue and self.unpriced else None)


def return_on(margin: Decimal | None, revenue: int, spent: Spent, customers: int) -> ReturnOnInvestment:
    """Of a cohort's revenue so far, in minor units of what was spent."""
    reason = Why.NO_MARGIN if margin is None else spent.why_not
    value = None
    if margin is not None and reason is None:
        value = _rounded((Fraction(margin) * revenue - spent.minor) / spent.minor)
    return ReturnOnInvestment(value=value, n=customers, reason=reason)


def tell_customers(seen: Watched, margin: Decimal | None, spent: Spent) -> Customers:
    """What new customers bring, and when that is what was spent on them."""
    return Customers(
        customers=seen.customers,
        customer_months=_rounded(seen.months),
        revenue=money(seen.revenue, seen.currency),
        unpriced=seen.unpriced,
        arpa=_arpa(seen),
        churn=_churn(seen),
        payback_months=_payback(seen, margin, spent),
        ltv=_lifetime(seen, margin),
    )


def _arpa(seen: Watched) -> MonthlyRevenue:
    reason = seen.why_no_arpa
    value = None if reason else money(round(seen.revenue / seen.months), seen.currency)
    return MonthlyRevenue(value=value, n=seen.customers, reason=reason)


def _churn(seen: Watched) -> Churn:
    reason = seen.why_no_rate
    value = None if reason else _rounded(seen.churned / seen.months)
    return Churn(value=value, n=seen.customers, churned=seen.churned, reason=reason)


def _payback(seen: Watched, margin: Decimal | None, spent: Spent) -> Payback:
    reason = Why.NO_MARGIN if margin is None else spent.cost(seen.customers).reason or seen.why_no_arpa
    value = None
    if margin is not None and reason is None:
        left = seen.revenue / seen.months * Fraction(margin)
        if left > 0:
            value = _rounded(Fraction(spent.minor, seen.customers) / left)
        else:
            reason = Why.NO_RETURN
    return Payback(value=value, n=seen.customers, reason=reason)


def _lifetime(seen: Watched, margin: Decimal | None) -> LifetimeValue:
    reason = Why.NO_MARGIN if margin is None else seen.why_no_arpa
    value = None
    if margin is not None and reason is None:
        if seen.churned:
            each = seen.revenue / seen.months * Fraction(margin) / (seen.churned / seen.months)
            value = money(round(each), seen.currency)
        else:
            reason = Why.NO_CHURN_YET
    return LifetimeValue(value=value, n=seen.customers, method="constant_churn", reason=reason)


def _rounded(value: Fraction) -> float:
    return float(round(value, RATE_DIGITS))
