"""Credit in whole units, added up: what groups are made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from leadtrace_api.credits.models import AnyModel
from leadtrace_api.credits.queries import CreditSum


class Key(NamedTuple):
    """Whom credit goes to: touches with these values, or nobody."""

    values: tuple[str | None, ...]
    attributed: bool = True


@dataclass(slots=True)
class Credit:
    """Deals in millionths, and what they brought in minor units by currency."""

    deals: int = 0
    revenue: dict[str, int] = field(default_factory=dict)

    def put(self, counted_in: str | None, amount: int) -> None:
        """Add an amount of a currency, or millionths of deals."""
        if counted_in is None:
            self.deals += amount
        else:
            self.revenue[counted_in] = self.revenue.get(counted_in, 0) + amount

    def add(self, other: "Credit") -> None:
        """Add another one."""
        self.put(None, other.deals)
        for currency, amount in other.revenue.items():
            self.put(currency, amount)

    def any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.deals) or any(self.revenue.values())


Credits: TypeAlias = Mapping[AnyModel, Mapping[Key, Credit]]


def credits_of(sums: Iterable[CreditSum], models: Sequence[AnyModel]) -> dict[AnyModel, dict[Key, Credit]]:
    """By model and key what was given; `models` are in the order of the amounts."""
    found: dict[AnyModel, dict[Key, Credit]] = {model: {} for model in models}
    for row in sums:
        key = Key(row.key, row.attributed)
        for model, amount in zip(models, row.amounts, strict=True):
            found[model].setdefault(key, Credit()).put(row.counted_in, amount)
    return found
