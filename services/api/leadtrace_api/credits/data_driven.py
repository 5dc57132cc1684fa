"""Models over all journeys of a range: solved beside the event loop, and not again for equal journeys.

What they divide is what attribution credits: deals and money agree with those of every other model to the
millionth of a deal and to the minor unit.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from leadtrace.domain.credits import markov
from leadtrace.domain.credits.aggregate import PathCount
from leadtrace.domain.credits.limits import LimitExceededError
from leadtrace.domain.credits.markov import MarkovResult, attribute
from leadtrace.domain.credits.shapley import RateGame, SumGame, rate_game, sum_game
from leadtrace.domain.credits.shares import credits_minor
from leadtrace.domain.credits.transitions import StepCount, TransitionCounts
from leadtrace_api.credits.credit import Credit, Key
from leadtrace_api.credits.journeys import Counted, Journeys
from leadtrace_api.credits.labels import key_of
from leadtrace_api.credits.models import ORDERS, AnyModel, DataDriven
from leadtrace_api.credits.paths import brought, counts_of
from leadtrace_api.credits.queries import CreditSum
from leadtrace_api.problems import ParameterError

# Equal journeys are solved once; a question or two of several people at a time.
_KEPT_RESULTS = 16


@dataclass(frozen=True, slots=True)
class Won:
    """Money of the won deals in minor units by currency: of those with a touch, and of those without."""

    attributed: Mapping[str, int]
    unattributed: Mapping[str, int]
    unattributed_deals: int

    @classmethod
    def of(cls, sums: Iterable[CreditSum]) -> "Won":
        """By the sums of any one model that divides deal by deal."""
        touched, untouched = Credit(), Credit()
        for one in sums:
            (touched if one.attributed else untouched).put(one.counted_in, one.amounts[0])
        return cls(touched.revenue, untouched.revenue, untouched.deals)


@dataclass(slots=True)
class Solved:
    """What was found: credit by model and key, chains with removal effects, values of the rate game."""

    credits: dict[AnyModel, dict[Key, Credit]] = field(default_factory=dict)
    chains: dict[DataDriven, MarkovResult] = field(default_factory=dict)
    rates: dict[Key, Fraction] | None = None
    counted: Counted = field(default_factory=Counted)

    @property
    def keys(self) -> set[Key]:
        """Everything that got any value."""
        return {key for found in self.credits.values() for key in found} | (self.rates or {}).keys()


async def solve(models: Sequence[DataDriven], journeys: Journeys, won: Won) -> Solved:
    """Solve these models.

    Raises:
        ParameterError: there are too many keys, or states, for one of them.
    """
    return await asyncio.to_thread(_solved, models, journeys, won)


def _solved(models: Sequence[DataDriven], journeys: Journeys, won: Won) -> Solved:
    found = Solved(counted=journeys.counted)
    counts = counts_of(journeys.paths, still=journeys.still)
    for model in models:
        try:
            if model in ORDERS:
                steps = journeys.steps
                chain = _chain(counts, ORDERS[model]) if steps is None else _stepped(steps.counts)
                found.chains[model] = chain
                found.credits[model] = _by_removal(chain, won)
            elif model is DataDriven.SHAPLEY:
                found.credits[model] = _by_games(counts, journeys, won)
            else:
                game = _rate_game(counts)
                found.rates = {_key(one): rate for one, rate in zip(game.channels, game.rates, strict=True)}
        except LimitExceededError as error:
            raise _too_many(model, error) from error
    return found


def _by_removal(chain: MarkovResult, won: Won) -> dict[Key, Credit]:
    money = {currency: credits_minor(total, chain.shares) for currency, total in won.attributed.items()}
    return _with_nobody(chain.channels, chain.micro_conversions, money, won)


def _by_games(counts: tuple[PathCount, ...], journeys: Journeys, won: Won) -> dict[Key, Credit]:
    """Of a deal in two currencies a path tells the first: money in the other one is divided as deals are."""
    game, told, money = _sum_game(counts), brought(journeys.paths), {}
    for currency, total in won.attributed.items():
        values = _sum_game(counts_of(journeys.paths, currency, journeys.still)).value
        beside = credits_minor(total - told.get(currency, 0), game.conversions)
        money[currency] = tuple(map(sum, zip(values, beside, strict=True)))
    return _with_nobody(game.channels, game.micro_conversions, money, won)


def _with_nobody(
    labels: Sequence[str], deals: Sequence[int], money: Mapping[str, Sequence[int]], won: Won
) -> dict[Key, Credit]:
    found = {
        _key(label): Credit(micros, {currency: parts[place] for currency, parts in money.items()})
        for place, (label, micros) in enumerate(zip(labels, deals, strict=True))
    }
    found[Key((None,), attributed=False)] = Credit(won.unattributed_deals, dict(won.unattributed))
    return found


def _key(label: str) -> Key:
    return Key((key_of(label),))


@lru_cache(maxsize=_KEPT_RESULTS)
def _chain(counts: tuple[PathCount, ...], order: int) -> MarkovResult:
    return attribute(counts, order=order)


@lru_cache(maxsize=_KEPT_RESULTS)
def _stepped(counts: tuple[StepCount, ...]) -> MarkovResult:
    return markov.solve(TransitionCounts.of_steps(counts).chain())


@lru_cache(maxsize=_KEPT_RESULTS)
def _sum_game(counts: tuple[PathCount, ...]) -> SumGame:
    return sum_game(counts)


@lru_cache(maxsize=_KEPT_RESULTS)
def _rate_game(counts: tuple[PathCount, ...]) -> RateGame:
    return rate_game(counts)


def _too_many(model: DataDriven, error: LimitExceededError) -> ParameterError:
    return ParameterError(
        f"{model} cannot be computed: {error}.",
        parameter="model",
        rule="A model is computed exactly or not at all: keys are never left out or put together unasked.",
        remedy=f"Ask for fewer days or group by channel, have attribution.channels of the definitions put "
        f"channels together, or leave {model} out.",
    )
