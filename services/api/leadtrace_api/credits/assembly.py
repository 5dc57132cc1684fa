"""From sums to the answer: groups in order, their total, how far models lie apart, chains and paths."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from leadtrace.domain.credits.markov import MarkovResult
from leadtrace_api.credits.credit import Credit, Credits, Key
from leadtrace_api.credits.data_driven import Solved
from leadtrace_api.credits.labels import key_of
from leadtrace_api.credits.models import AnyModel, DataDriven
from leadtrace_api.credits.queries import BestPath
from leadtrace_api.credits.returns import Returns, Spent
from leadtrace_api.credits.schemas import (
    AttributionGroup,
    AttributionNumbers,
    Band,
    ChainPart,
    DataDrivenPart,
    DealsBand,
    GamePart,
    Given,
    MoneyBand,
    RemovalEffect,
    TopPath,
)
from leadtrace_api.credits.selection import Selection
from leadtrace_api.schemas import Money, money
from leadtrace_api.schemas import deals as deals_of

_EXACT_DIGITS = 12
_NOTHING = Credit()


@dataclass(frozen=True, slots=True)
class Assembler:
    """Writes what models gave, in one currency with the others beside it."""

    asked: Selection
    currency: str
    credits: Credits
    rates: Mapping[Key, Fraction] | None
    returns: Returns

    def groups(self) -> list[AttributionGroup]:
        """Every key that got anything, or that money was spent on, and that the filters let pass."""
        return [self._group(key) for key in self._keys()]

    def total(self) -> AttributionNumbers:
        """All groups added up."""
        keys = self._keys()
        sums = {model: Credit() for model in self.credits}
        for key in keys:
            for model, given in self._of(key).items():
                sums[model].add(given)
        rates = self.rates
        rate = None if rates is None else sum((rates.get(key, Fraction(0)) for key in keys), Fraction(0))
        return self._numbers(sums, rate, self.returns.total())

    def top_path(self, one: BestPath) -> TopPath:
        """A path that was won often."""
        revenue, unconverted = self._split(one.revenue)
        return TopPath(path=one.path, won=one.won, lost=one.lost, revenue=revenue, unconverted=unconverted)

    def _group(self, key: Key) -> AttributionGroup:
        given, spent = self._of(key), self.returns.spent.get(key)
        return AttributionGroup(
            key=dict(zip(self.asked.by, key.values, strict=True)),
            attributed=key.attributed,
            verdict=self.returns.verdict(spent, given),
            **dict(self._numbers(given, (self.rates or {}).get(key), spent)),
        )

    def _of(self, key: Key) -> dict[AnyModel, Credit]:
        return {model: given.get(key, _NOTHING) for model, given in self.credits.items()}

    def _keys(self) -> list[Key]:
        """Without a value last, and what nobody touched after all."""
        found = {key for given in self.credits.values() for key, one in given.items() if one.any()}
        found |= (self.rates or {}).keys() | self.returns.spent.keys()
        return sorted(filter(self._passes, found), key=self._place)

    def _passes(self, key: Key) -> bool:
        if not self.asked.filters:
            return True
        values = dict(zip(self.asked.by, key.values, strict=True))
        asked = self.asked.filters.items()
        return key.attributed and all(values[name] in keys for name, keys in asked if name in values)

    def _place(self, key: Key) -> tuple[object, ...]:
        first = next(iter(self._of(key).values()), _NOTHING)
        given = (-first.revenue.get(self.currency, 0), -first.deals)
        return not key.attributed, all(one is None for one in key.values), *given, _text(key)

    def _numbers(
        self, given: Mapping[AnyModel, Credit], rate: Fraction | None, spent: Spent | None
    ) -> AttributionNumbers:
        return AttributionNumbers(
            models={model.value: self._given(one) for model, one in given.items()},
            band=self._band(list(given.values())) if given else None,
            shapley_rate=_rounded(rate) if rate is not None else None,
            **self.returns.said(spent, given),
        )

    def _given(self, one: Credit) -> Given:
        revenue, unconverted = self._split(one.revenue)
        return Given(deals=deals_of(one.deals), revenue=revenue, unconverted=unconverted)

    def _band(self, given: Sequence[Credit]) -> Band:
        deals = sorted(one.deals for one in given)
        revenue = sorted(one.revenue.get(self.currency, 0) for one in given)
        return Band(
            deals=DealsBand(lo=deals_of(deals[0]), hi=deals_of(deals[-1])),
            revenue=MoneyBand(lo=money(revenue[0], self.currency), hi=money(revenue[-1], self.currency)),
        )

    def _split(self, earned: Mapping[str, int]) -> tuple[Money, tuple[Money, ...]]:
        others = sorted(one for one in earned if one != self.currency and earned[one])
        own = money(earned.get(self.currency, 0), self.currency)
        return own, tuple(money(earned[one], one) for one in others)


def data_driven_part(solved: Solved, journeys_open: int) -> DataDrivenPart:
    """What the models over all journeys were made of."""
    counted = solved.counted
    still = counted.open_micros
    return DataDrivenPart(
        journeys_won=counted.won,
        journeys_won_untouched=counted.untouched,
        journeys_lost=counted.lost,
        journeys_open=journeys_open,
        open_counted_as_lost=deals_of(still) if still is not None else None,
        chains=tuple(_chain(model, chain) for model, chain in solved.chains.items()),
        games=tuple(_games(solved)),
    )


def _games(solved: Solved) -> Iterator[GamePart]:
    if DataDriven.SHAPLEY in solved.credits:
        yield GamePart(model=DataDriven.SHAPLEY, value="conversions", is_linear_over_unique_keys=True)
    if solved.rates is not None:
        yield GamePart(model=DataDriven.SHAPLEY_RATE, value="rate", is_linear_over_unique_keys=False)


def _chain(model: DataDriven, chain: MarkovResult) -> ChainPart:
    effects = sorted(
        zip(chain.channels, chain.removal_effects, strict=True), key=lambda one: (-one[1], one[0])
    )
    return ChainPart(
        model=model.value,
        order=chain.order,
        arithmetic=chain.arithmetic.value,
        probability=_rounded(chain.chance),
        fallback=chain.fallback.value if chain.fallback is not None else None,
        removal_effects=tuple(
            RemovalEffect(key=key_of(label), value=_rounded(effect)) for label, effect in effects
        ),
    )


def _rounded(exact: Fraction) -> float:
    return float(round(exact, _EXACT_DIGITS))


def _text(key: Key) -> tuple[str, ...]:
    return tuple(one or "" for one in key.values)
