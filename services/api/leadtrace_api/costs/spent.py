"""What was spent on something, and what that is for each of so many."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from leadtrace.domain.predict.reliability import wilson
from leadtrace_api.costs.lag import Expected
from leadtrace_api.costs.reasons import Why
from leadtrace_api.costs.schemas import Cost, LagCost, NaiveCost
from leadtrace_api.schemas import Money, money

_EXACT = 60
Bounds = tuple[Money | None, Money | None] | None


@dataclass(frozen=True, slots=True)
class Spent:
    """Minor units that were spent on something; `beside` if there is more in currencies without a rate."""

    minor: int
    currency: str
    beside: bool

    @property
    def why_not(self) -> Why | None:
        """Why nothing can be divided; None if it can."""
        if self.minor < 0:
            return Why.NEGATIVE_SPEND
        if self.minor == 0:
            return Why.NO_RATE if self.beside else Why.NO_SPEND
        return None

    def each(self, count: Decimal | float) -> Money:
        """For each of so many, half-even; `count` is above 0."""
        with localcontext(prec=_EXACT):
            minor = (Decimal(self.minor) / Decimal(count)).to_integral_value(ROUND_HALF_EVEN)
        return money(int(minor), self.currency)

    def cost(self, count: int) -> Cost:
        """For each of so many."""
        reason = self._reason(count)
        return Cost(value=None if reason else self.each(count), n=count, reason=reason)

    def naive(self, orders: int, leads: int) -> NaiveCost:
        """For each order, with the interval that orders per lead have."""
        reason = self._reason(orders)
        return NaiveCost(
            value=None if reason else self.each(orders),
            n=orders,
            reason=reason,
            interval=self._bounds(orders / leads, leads, leads) if 0 < leads >= orders else None,
        )

    def lag_matched(self, orders: int, expected: Expected, leads: int) -> LagCost:
        """For each order that there is and is to be expected."""
        wins, maturity = orders + expected.orders, expected.maturity
        reason = self._reason(wins)
        bounds = None
        if leads and maturity and wins <= leads:
            bounds = self._bounds(float(wins) / leads, leads * maturity, leads)
        return LagCost(
            value=None if reason else self.each(wins),
            n=orders,
            expected=float(expected.orders),
            interval=bounds,
            maturity=maturity,
            immature=expected.immature,
            reason=reason,
        )

    def _reason(self, count: Decimal | int) -> Why | None:
        return self.why_not or (None if count else Why.NONE_YET)

    def _bounds(self, rate: float, watched: float, leads: int) -> Bounds:
        if self.why_not is not None:
            return None
        low, high = wilson(rate, watched)
        # No win at all leaves the cost of one without a bound.
        return self.each(high * leads), self.each(low * leads) if rate > 0 and low > 0 else None
