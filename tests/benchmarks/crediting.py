"""Won deals divided among their touches by every rule-based model, in one process, without any store."""

import random
import time
from collections.abc import Iterator
from decimal import Decimal

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.credits.deal_credits import credit_deal
from leadtrace.domain.credits.milestones import Milestones
from leadtrace.domain.credits.model import PER_DEAL, Custom, ModelParameters
from leadtrace.domain.credits.touch import PathTouch
from leadtrace.events.money import Booking, MoneyKind
from tests.benchmarks.figure import Benchmark, Figure, higher, lower

_DEALS = 5_000
_MEAN_TOUCHES = 12
_LONGEST = 10_000
_DAYS = 180
_CHANNELS = ("email", "paid_search", "organic_search", "paid_social", "direct_traffic", None)
_PARAMETERS = ModelParameters(
    half_life_us=30 * DAY_US,
    custom=Custom(first_touch=Decimal("0.3"), closed=Decimal("0.3"), middle=Decimal("0.4")),
)
_Deal = tuple[list[PathTouch], Milestones, list[Booking]]


async def _run() -> list[Figure]:
    chance = random.Random(1)
    deals = [_deal(1 + round(chance.expovariate(1 / (_MEAN_TOUCHES - 1))), chance) for _ in range(_DEALS)]
    touches = sum(len(path) for path, _, _ in deals)
    took_s = _took_s(deals)
    return [
        higher("deals credited", _DEALS / took_s, "1/s"),
        lower("a touch by one model", 1e6 * took_s / touches / len(PER_DEAL), "µs"),
        lower("a deal of 10,000 touches", 1e3 * _took_s([_deal(_LONGEST, chance)]), "ms"),
    ]


def _took_s(deals: list[_Deal]) -> float:
    began = time.perf_counter()
    for touches, milestones, bookings in deals:
        credit_deal(touches, milestones, bookings, _PARAMETERS)
    return time.perf_counter() - began


def _deal(touches: int, chance: random.Random) -> _Deal:
    path = list(_touches(touches, chance))
    created, opportunity = sorted(chance.choice(path).at for _ in range(2))
    amount = chance.randrange(100_000, 10_000_000)
    bookings = [_booking(_DAYS, MoneyKind.WIN, amount)]
    if chance.random() < 0.1:
        bookings.append(_booking(_DAYS + 20, MoneyKind.REFUND, -(amount // 3)))
    return path, Milestones(created, opportunity, _DAYS * DAY_US), bookings


def _touches(count: int, chance: random.Random) -> Iterator[PathTouch]:
    for _ in range(count):
        channel, campaign = chance.choice(_CHANNELS), f"campaign {chance.randrange(20)}"
        dimensions = (channel, None, None, campaign, None, None)
        yield PathTouch(chance.randrange(_DAYS * DAY_US), chance.choice("ab"), dimensions)


def _booking(day: int, kind: MoneyKind, amount: int) -> Booking:
    return Booking(day * DAY_US, kind, amount, "EUR", amount, "EUR")


CREDITING = Benchmark(
    "crediting", "won deals divided by all ten rule-based models, twelve touches each", _run
)
