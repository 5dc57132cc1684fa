"""The bounds that unreported leads put on the cost per order: none of them won, or as many as of the rest."""

from decimal import ROUND_HALF_EVEN, Decimal

from leadtrace_api.costs.spent import Spent
from leadtrace_api.handovers.schemas import BoundedCost, CostBounds, NoCost
from leadtrace_api.handovers.spending import Amounts
from leadtrace_api.schemas import RATE_DIGITS, money

# Orders are told so exactly, and money is divided by what is told.
_EXACT = Decimal(1).scaleb(-RATE_DIGITS)


def cost_bounds(
    spent: Amounts | None, currency: str, *, orders: int, reported: int, unreported: int
) -> CostBounds:
    """Spend per order, of leads of which so many are (un)reported; None: nobody knows what was spent on them.

    Wins like the rest are unreported x won / reported, and orders are orders / won for each win, since leads
    of one buying group are won together: unreported x orders / reported.
    """
    expected = _exact(orders * (reported + unreported), reported) if reported else None
    amounts = spent or {}
    others = sorted(name for name, minor in amounts.items() if minor and name != currency)
    own = Spent(amounts.get(currency, 0), currency, bool(others)) if spent is not None else None
    return CostBounds(
        spend=money(own.minor, currency) if own is not None else None,
        unconverted=tuple(money(amounts[name], name) for name in others),
        orders=orders,
        unreported=unreported,
        all_lost=_bounded(own, Decimal(orders)),
        like_the_rest=_bounded(own, expected),
    )


def _bounded(spent: Spent | None, orders: Decimal | None) -> BoundedCost:
    reason = _why_not(spent, orders)
    return BoundedCost(
        value=spent.each(orders) if spent is not None and orders and reason is None else None,
        orders=float(orders) if orders is not None else None,
        reason=reason,
    )


def _why_not(spent: Spent | None, orders: Decimal | None) -> NoCost | None:
    if spent is None:
        return NoCost.SPEND_UNKNOWN
    if spent.why_not is not None:
        return NoCost(spent.why_not)
    return None if orders else NoCost.NONE_YET


def _exact(numerator: int, denominator: int) -> Decimal:
    return (Decimal(numerator) / denominator).quantize(_EXACT, ROUND_HALF_EVEN)
