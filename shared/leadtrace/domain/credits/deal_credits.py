"""What each touch of a won deal is credited with, by every rule-based model, to the minor unit.

Two units are divided alike: money, step by step as it was booked, and the deal itself, once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import msgspec

from leadtrace.domain.credits.milestones import Milestone, Milestones, Passed, missing, passed
from leadtrace.domain.credits.model import PER_DEAL, Model, ModelParameters
from leadtrace.domain.credits.path import trace_path
from leadtrace.domain.credits.splitting import book_steps
from leadtrace.domain.credits.touch import UNATTRIBUTED, Dimensions, PathTouch, Place
from leadtrace.domain.credits.weights import weights_of
from leadtrace.events.money import Booking

# One deal, in the unit in which it is divided.
MICRO_DEALS = 1_000_000


class Credit(NamedTuple):
    """What counts at `at` (µs) for touches of the same dimensions: an amount for each of `PER_DEAL`.

    Amounts are minor units of `counted_in`, or micro-deals where that is None. `attributed` is False where
    the deal has no touch at all: not the same as touches that tell no dimension.
    """

    at: int
    counted_in: str | None
    dimensions: Dimensions
    attributed: bool
    amounts: tuple[int, ...]


class DealCredits(msgspec.Struct, frozen=True, kw_only=True):
    """All credits of a deal, by currency and then oldest first, without rows in which every model has 0.

    `revenue` sums, for each model, currency and moment, to what was booked; `deals` to one deal at the
    moment of the win. The custom column is 0 throughout unless `has_custom`. `touches` is the length of the
    path, `cut` says that the lookback window left touches out.
    """

    revenue: tuple[Credit, ...]
    deals: tuple[Credit, ...]
    touches: int
    missing_milestones: tuple[Milestone, ...]
    cut: bool
    has_custom: bool


class _Division(NamedTuple):
    """Where credit goes, the place of each touch among these, and what each model gives to each touch."""

    places: list[Place]
    of_touch: list[int]
    weights: list[list[int] | None]


def credit_deal(
    touches: Iterable[PathTouch],
    milestones: Milestones,
    bookings: Sequence[Booking],
    parameters: ModelParameters,
) -> DealCredits:
    """Divide a won deal among the touches of its leads, or of the path that was made of them.

    What is left of the deal after each booking, by `counted_in`, is divided with the weights of the win;
    what is booked is the difference. A deal without a touch is credited to nobody, in a row that says so.
    """
    path, cut = trace_path(touches, until=milestones.closed, parameters=parameters)
    found = passed(path, milestones)
    division = _division(path, found, parameters)
    return DealCredits(
        revenue=tuple(row for name, steps in _by_currency(bookings) for row in _rows(name, steps, division)),
        deals=tuple(_rows(None, {milestones.closed: MICRO_DEALS}, division)),
        touches=len(path),
        missing_milestones=missing(found),
        cut=cut,
        has_custom=parameters.custom is not None,
    )


def _division(path: Sequence[PathTouch], found: Passed, parameters: ModelParameters) -> _Division:
    if not path:
        nobody: list[list[int] | None] = [[1] for _ in PER_DEAL]
        if parameters.custom is None:
            nobody[PER_DEAL.index(Model.CUSTOM)] = None
        return _Division([UNATTRIBUTED], [0], nobody)
    places: dict[Place, int] = {}
    of_touch = [places.setdefault(Place(touch.dimensions), len(places)) for touch in path]
    weights = [weights_of(model, path, found, parameters) for model in PER_DEAL]
    return _Division(list(places), of_touch, weights)


def _by_currency(bookings: Sequence[Booking]) -> list[tuple[str, dict[int, int]]]:
    """What came and went at each moment, oldest first, by the currency that it counts in."""
    found: dict[str, dict[int, int]] = {}
    for one in sorted(bookings, key=lambda booking: booking.at):
        steps = found.setdefault(one.counted_in, {})
        steps[one.at] = steps.get(one.at, 0) + one.counted
    return sorted(found.items())


def _rows(counted_in: str | None, steps: Mapping[int, int], division: _Division) -> Iterator[Credit]:
    nets = list(accumulate(steps.values()))
    nothing = [[0] * len(division.places)] * len(nets)
    by_model = [
        nothing if weights is None else list(book_steps(nets, weights, division.of_touch))
        for weights in division.weights
    ]
    for step, at in enumerate(steps):
        for number, place in enumerate(division.places):
            amounts = tuple(booked[step][number] for booked in by_model)
            if any(amounts):
                yield Credit(at, counted_in, place.dimensions, place.attributed, amounts)
