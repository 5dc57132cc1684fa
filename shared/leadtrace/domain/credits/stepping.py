"""Steps of many paths counted at once: every step has a number, and numbers are counted by numpy.

The number of a state is that of its channels' codes as digits, the latest last; (start) is 0. A step adds the
digit of the next channel, so the state that follows is what remains when the first digit is dropped.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.credits.chain import Chain, State, Totals
from leadtrace.domain.credits.limits import check_states
from leadtrace.domain.credits.tally import Ends, Tally, summed

Numbers: TypeAlias = NDArray[np.unsignedinteger[Any]]
Wholes: TypeAlias = NDArray[np.int64]


class Taken(NamedTuple):
    """Paths with a touch: codes behind one another, and for each where it begins and ends.

    `converted` and `ended` say how often it ended at (conversion) and at (null), in `unit` millionths.
    """

    codes: Numbers
    begins: Wholes
    ends: Wholes
    converted: Wholes
    ended: Wholes
    unit: int


def chain_of(taken: Taken, labels: tuple[str, ...], order: int, totals: Totals) -> Chain:
    """The chain of these paths; `labels` are in the order of code points, the first has code 1.

    Raises:
        ValueError: there are more steps than can be counted exactly.
        LimitExceededError: the chain has too many states.
    """
    base = len(labels) + 1
    steps, converted, ended = _counts(taken, base, order)
    left = steps.sum(axis=1) + converted + ended
    left[0] = 0
    states = sorted((_named(number, base, labels), number) for number in np.flatnonzero(left).tolist())
    check_states(len(states), order)
    places = np.array([number for _, number in states], np.int64)
    return Chain(
        order=order,
        states=tuple(state for state, _ in states),
        starts=_between(steps, np.zeros(1, np.int64), places)[0] * taken.unit,
        steps=_between(steps, places, places) * taken.unit,
        conversions=converted[places] * taken.unit,
        nulls=ended[places] * taken.unit,
        totals=totals,
    )


def _counts(taken: Taken, base: int, order: int) -> tuple[Wholes, Wholes, Wholes]:
    """Steps of shape (state, next code), row 0 being (start); conversions and nulls of shape (state,)."""
    size = base**order
    numbers = _states(taken, base, order)
    tally = Tally(taken.converted, taken.ended, touches=len(numbers), unit=taken.unit)
    # Fresh memory costs as much as what is reckoned in it.
    every = numbers[:-1] * base
    every += taken.codes[1:]
    before = np.empty(len(numbers) + 1, numbers.dtype)
    before[1:] = numbers
    ends = Ends(taken.codes[taken.begins], before[taken.ends], taken.ends)
    found = tally.steps(every, ends, (size, base))
    found.within[0] += found.firsts
    won = np.flatnonzero(taken.converted != 0)
    converted = summed(ends.lasts[won], taken.converted[won], size)
    return found.within, converted, found.lasts - converted


def _states(taken: Taken, base: int, order: int) -> Numbers:
    """The number of the state at each touch, in a type that holds the numbers of steps too."""
    numbers = taken.codes.astype(np.min_scalar_type(base ** (order + 1) - 1), copy=order > 1)
    codes = numbers.copy() if order > 1 else numbers
    for lag in range(1, order):
        earlier = np.zeros_like(codes)
        earlier[lag:] = codes[:-lag]
        # Where a path begins, what lies earlier is another path.
        for early in range(lag):
            at = taken.begins + early
            earlier[at[at < len(codes)]] = 0
        numbers += earlier * base**lag
    return numbers


def _between(steps: Wholes, origins: Wholes, places: Wholes) -> Wholes:
    """Steps from the states numbered `origins` to those numbered `places`, shape (origins, places)."""
    size, base = steps.shape
    place_of = np.zeros(size, np.int64)
    place_of[places] = np.arange(len(places))
    taken = steps[origins]
    rows, codes = np.nonzero(taken)
    square = np.zeros((len(origins), len(places)), np.int64)
    square[rows, place_of[(origins[rows] * base + codes) % size]] = taken[rows, codes]
    return square


def _named(number: int, base: int, labels: tuple[str, ...]) -> State:
    """The channels of a state, the earliest first."""
    state: State = ()
    while number:
        number, code = divmod(number, base)
        state = (labels[code - 1], *state)
    return state
