"""The money of a won deal, step by step: the win, what was added to it, what was taken back.

Nothing takes back more than is there, in each currency by itself, so that a full refund leaves 0. All of a
deal counts at the rates of the day on which it closed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import NamedTuple

from leadtrace.domain.attribution.deal_state import Money
from leadtrace.domain.money import split, to_minor
from leadtrace.domain.rates import Rates, convert
from leadtrace.events.money import Booking, MoneyKind

# An amount with more digits before the point is no deal's, and its minor units would not fit 64 bits.
_INTEGER_DIGITS = 14
# More minor units are no deal's, and sums of some thousands would not fit 64 bits.
LARGEST_MONEY = 10**15
_TAKING = frozenset({MoneyKind.REFUND, MoneyKind.CHURN})


class Win(NamedTuple):
    """What was won and when (µs); without a currency nobody can say how much it is."""

    at: int
    amount: int
    currency: str | None


class _Step(NamedTuple):
    """`change` is None for all that is left."""

    at: int
    kind: MoneyKind
    change: int | None
    currency: str


@dataclass(slots=True)
class Ledger:
    """The steps of a deal's money, oldest first, what is left by currency, and what to know of it."""

    bookings: list[Booking] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)

    def refunded(self, currency: str | None) -> int:
        """What was paid back in a currency."""
        paid = (one for one in self.bookings if one.kind is MoneyKind.REFUND and one.currency == currency)
        return -sum(one.amount for one in paid)


def read_amount(text: str | None, currency: str | None) -> int | None:
    """Minor units of an amount as a sender wrote it; None where it says none."""
    if text is None or currency is None:
        return None
    try:
        if Decimal(text).adjusted() >= _INTEGER_DIGITS:
            return None
        return to_minor(text, currency)
    except (InvalidOperation, ValueError):
        return None


def keep_ledger(win: Win, money: Sequence[Money], rates: Rates) -> Ledger:
    """Book the win and what is told beside it.

    A refund that came before the win counts when the deal was won: until then there was nothing to pay back.
    """
    ledger = Ledger()
    steps = [] if win.currency is None else [_Step(win.at, MoneyKind.WIN, win.amount, win.currency)]
    steps += _read(win, money, ledger.flags)
    steps.sort(key=lambda step: step.at)
    for step in steps:
        left = ledger.left.get(step.currency, 0)
        amount = _taken(step, left, ledger.flags) if step.kind in _TAKING else step.change or 0
        if amount or step.kind is MoneyKind.WIN:
            _book(ledger, step, amount, _counting(step.currency, win.at, rates))
    foreign = (one for one in ledger.left if rates.is_foreign(one))
    if rates.given and any(rates.rate(one, win.at) is None for one in foreign):
        ledger.flags.add("no_rate")
    return ledger


def divide(bookings: Sequence[Booking], weights: Sequence[int]) -> list[list[Booking]]:
    """The bookings of each part by its weight, which sum to those given, step by step.

    What was there so far is divided by largest remainder, and each part is booked the difference to what it
    had: so the parts of nothing are nothing, however it came and went.
    """
    own: list[list[Booking]] = [[] for _ in weights]
    if not weights:
        return own
    amounts, counts = _Sums(weights), _Sums(weights)
    for one in bookings:
        changes = zip(
            amounts.add(one.currency, one.amount), counts.add(one.counted_in, one.counted), strict=True
        )
        for place, (amount, counted) in enumerate(changes):
            if amount or counted or one.kind is MoneyKind.WIN:
                part = Booking(one.at, one.kind, amount, one.currency, counted, one.counted_in)
                own[place].append(part)
    return own


class _Sums:
    """Sums by name, and how each is divided."""

    def __init__(self, weights: Sequence[int]) -> None:
        self._sums: dict[str, int] = {}
        self._divided: dict[str, list[int]] = {}
        self._weights = weights

    def add(self, name: str, more: int) -> list[int]:
        """By how much each part grows as a sum does."""
        self._sums[name] = self._sums.get(name, 0) + more
        before = self._divided.get(name, [0] * len(self._weights))
        now = self._divided[name] = split(self._sums[name], self._weights)
        return [part - had for part, had in zip(now, before, strict=True)]


def _read(win: Win, money: Sequence[Money], flags: set[str]) -> Iterator[_Step]:
    """What can be read of the money that is told of."""
    for one in money:
        currency = one.currency or win.currency
        change = read_amount(one.amount, currency)
        if currency is None or (one.amount is not None and (change is None or change < 0)):
            flags.add("bad_money")
            continue
        kind, at = MoneyKind(one.kind), one.at
        if at < win.at:
            flags.add("before_win")
            at = win.at if kind is MoneyKind.REFUND else at
        yield _Step(at, kind, change, currency)


def _taken(step: _Step, left: int, flags: set[str]) -> int:
    there = max(left, 0)
    if step.change is None:
        return -there
    if step.change > there:
        flags.add(f"{step.kind.value}_exceeds")
    return -min(step.change, there)


def _counting(currency: str, won_at: int, rates: Rates) -> tuple[str, Callable[[int], int]]:
    """In which currency one counts, and what an amount counts as there."""
    rate = rates.rate(currency, won_at) if rates.is_foreign(currency) else None
    if rate is None or rates.currency is None:
        return currency, lambda minor: minor
    return rates.currency, partial(convert, currency=currency, to=rates.currency, rate=rate)


def _book(ledger: Ledger, step: _Step, amount: int, counting: tuple[str, Callable[[int], int]]) -> None:
    """Book a step; it counts as what is left is worth more or less by it, so that rounding leaves nothing."""
    counted_in, count = counting
    before = ledger.left.get(step.currency, 0)
    after = before + amount
    if max(abs(after), abs(count(after))) > LARGEST_MONEY:
        ledger.flags.add("bad_money")
        return
    ledger.left[step.currency] = after
    counted = count(after) - count(before)
    ledger.bookings.append(Booking(step.at, step.kind, amount, step.currency, counted, counted_in))
