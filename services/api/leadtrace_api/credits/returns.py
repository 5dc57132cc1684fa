"""What was spent on a group, what came back for it by each model, and whether models agree on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from leadtrace.domain.credits.grouping import ChannelOf
from leadtrace.domain.credits.verdict import Verdict, verdict
from leadtrace_api.credits.credit import Credit, Key
from leadtrace_api.credits.models import AnyModel
from leadtrace_api.credits.queries import SpendSum
from leadtrace_api.credits.selection import Selection
from leadtrace_api.schemas import RATE_DIGITS, money
from leadtrace_api.spend_names import named_spend

Spent: TypeAlias = Mapping[str, int]


def spent_by(sums: Iterable[SpendSum], asked: Selection, channel_of: ChannelOf) -> dict[Key, dict[str, int]]:
    """Minor units by key and currency; channels of spend are called as those of touches are."""
    found: dict[Key, dict[str, int]] = {}
    for one in sums:
        named = named_spend(one.dimensions, channel_of, asked.filters)
        if named is not None:
            spent = found.setdefault(Key(tuple(named[name] for name in asked.by)), {})
            spent[one.counted_in] = spent.get(one.counted_in, 0) + one.amount
    return found


@dataclass(frozen=True, slots=True)
class Returns:
    """Spend by key, and from which return on a channel is kept."""

    currency: str
    target: Decimal | None
    spent: Mapping[Key, Spent]

    def total(self) -> Spent:
        """All of it, by currency."""
        found: dict[str, int] = {}
        for spent in self.spent.values():
            for currency, amount in spent.items():
                found[currency] = found.get(currency, 0) + amount
        return found

    def said(self, spent: Spent | None, given: Mapping[AnyModel, Credit]) -> dict[str, Any]:
        """The fields of an answer that tell of spend; null where nothing was spent."""
        if not spent:
            return {"spend": None, "spend_unconverted": (), "roas": None}
        own = spent.get(self.currency, 0)
        others = sorted(one for one in spent if one != self.currency and spent[one])
        return {
            "spend": money(own, self.currency),
            "spend_unconverted": tuple(money(spent[one], one) for one in others),
            "roas": {model.value: self._roas(own, spent, one) for model, one in given.items()},
        }

    def verdict(self, spent: Spent | None, given: Mapping[AnyModel, Credit]) -> Verdict | None:
        """What all models say of it, if all that came and went can be compared."""
        if not spent or not self._compares(spent, *given.values()):
            return None
        revenues = [one.revenue.get(self.currency, 0) for one in given.values()]
        return verdict(revenues, spent.get(self.currency), self.target)

    def _roas(self, own: int, spent: Spent, given: Credit) -> float | None:
        if own <= 0 or not self._compares(spent, given):
            return None
        return round(given.revenue.get(self.currency, 0) / own, RATE_DIGITS)

    def _compares(self, spent: Spent, *given: Credit) -> bool:
        """Money in another currency is in no number, and leaving it out would favour or harm a channel."""
        sums = (spent, *(one.revenue for one in given))
        return not any(amount for one in sums for name, amount in one.items() if name != self.currency)
