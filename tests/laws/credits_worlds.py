"""Random won deals: paths of several leads on a coarse clock, so that moments and milestones coincide."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from random import Random
from typing import NamedTuple

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.credits.milestones import Milestones
from leadtrace.domain.credits.model import Custom, ModelParameters
from leadtrace.domain.credits.touch import PathTouch
from leadtrace.domain.definitions.attribution import PathTransform
from leadtrace.events.money import Booking, MoneyKind
from tests.laws.credits_reference import Asked

DIRECT = "direct_traffic"
_CHANNELS = ("email", "paid_search", DIRECT, None)
_CAMPAIGNS = ("spring", None)
_LONGEST = 24


class World(NamedTuple):
    """A won deal and what is asked of it."""

    touches: list[PathTouch]
    milestones: Milestones
    bookings: list[Booking]
    parameters: ModelParameters

    def asked(self) -> Asked:
        """The same, as the reference is told it."""
        told = self.parameters
        return Asked(
            *self.milestones,
            half_life=told.half_life_us,
            lookback=told.lookback_us,
            transform=told.transform.value,
            direct=DIRECT if told.drop_direct else None,
            custom=None if told.custom is None else _fractions(told.custom),
        )


def world(chance: Random) -> World:
    """A deal that was won; half of all lie on a grid of whole days."""
    grid = chance.choice((1, 1, DAY_US, DAY_US))
    count = chance.choice((0, 1, 2, 3, 5, 8, *[chance.randint(0, _LONGEST)] * 3))

    def moment() -> int:
        return chance.randrange(0, 40 * DAY_US) // grid * grid

    touches = [PathTouch(moment(), chance.choice("ab"), _dimensions(chance)) for _ in range(count)]
    marks = [touch.at for touch in touches] + [moment() for _ in range(3)]
    created, opportunity = (chance.choice((None, *marks)) for _ in range(2))
    closed = chance.choice((*marks, *[40 * DAY_US] * len(marks)))
    milestones = Milestones(created, opportunity, closed)
    return World(touches, milestones, list(_bookings(chance, milestones.closed)), _parameters(chance))


def refunded(bookings: list[Booking]) -> list[Booking]:
    """The same with all that is left paid back, in every currency, at once a day later."""
    left: dict[str, int] = {}
    for one in bookings:
        left[one.counted_in] = left.get(one.counted_in, 0) + one.counted
    at = max(one.at for one in bookings) + DAY_US
    back = [
        Booking(at, MoneyKind.REFUND, -net, currency, -net, currency) for currency, net in left.items() if net
    ]
    return [*bookings, *back]


def _dimensions(chance: Random) -> tuple[str | None, ...]:
    return (chance.choice(_CHANNELS), None, None, chance.choice(_CAMPAIGNS), None, None)


def _bookings(chance: Random, closed: int) -> Iterator[Booking]:
    kinds = (MoneyKind.REFUND, MoneyKind.RENEWAL, MoneyKind.EXPANSION)
    days = accumulate(chance.choice((0, 0, 1)) for _ in range(chance.randint(0, 4)))
    largest = chance.choice((3, 1_000, 10**12))
    yield _booking(closed, MoneyKind.WIN, chance.randint(0, largest), "EUR")
    for day in days:
        kind = chance.choice(kinds)
        change = chance.randint(0, largest) * (-1 if kind is MoneyKind.REFUND else 1)
        yield _booking(closed + day * DAY_US, kind, change, chance.choice(("EUR", "EUR", "USD")))


def _booking(at: int, kind: MoneyKind, amount: int, currency: str) -> Booking:
    # What was agreed in dollars is twice as much as it counts in euros, if it counts in these at all.
    if currency == "EUR":
        return Booking(at, kind, 2 * amount, "USD", amount, "EUR")
    return Booking(at, kind, amount, currency, amount, currency)


def _parameters(chance: Random) -> ModelParameters:
    return ModelParameters(
        half_life_us=chance.choice((7 * DAY_US, 30 * DAY_US, chance.randint(DAY_US // 24, 60 * DAY_US))),
        lookback_us=chance.choice((None, None, chance.randint(0, 40) * DAY_US)),
        transform=chance.choice(list(PathTransform)),
        drop_direct=chance.choice((False, True)),
        custom=_custom(chance) if chance.random() < 0.7 else None,
    )


def _custom(chance: Random) -> Custom:
    cuts = sorted(chance.choice((0, 0, 1000, chance.randint(0, 1000))) for _ in range(4))
    parts = [after - before for before, after in zip([0, *cuts], [*cuts, 1000], strict=True)]
    chance.shuffle(parts)
    first, created, opportunity, closed, middle = (Decimal(part).scaleb(-3) for part in parts)
    return Custom(
        first_touch=first, lead_created=created, opportunity_created=opportunity, closed=closed, middle=middle
    )


def _fractions(custom: Custom) -> tuple[Fraction, ...]:
    weights = (custom.first_touch, custom.lead_created, custom.opportunity_created, custom.closed)
    return tuple(Fraction(one) for one in weights)
