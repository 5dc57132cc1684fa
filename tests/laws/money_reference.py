"""What a deal brings, by the words of docs/money.md and nothing else: slowly, once for each step."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

from leadtrace.domain.fact import Fact, union
from leadtrace.events.catalogue import Code

_DIGITS = {"EUR": 2, "JPY": 0, "USD": 2}
# When, which kind, the change in minor units (None: all that is left), in which currency.
Step = tuple[int, str, int | None, str]
Booked = tuple[int, str, int, str]


def minor(text: str, currency: str) -> int | None:
    """Minor units; None for what is no amount."""
    try:
        value = Decimal(text)
    except ArithmeticError:
        return None
    if not value.is_finite() or abs(value) >= 10**14:
        return None
    return int((value * 10 ** _DIGITS[currency]).to_integral_value(ROUND_HALF_EVEN))


def wins_of(facts: Iterable[Fact]) -> tuple[int | None, list[Fact]]:
    """When the win that stands was, None without one, and the facts whose money counts with it."""
    ordered = union(facts)
    standing: int | None = None
    seen, before = False, False
    ends: set[str] = set()
    status = "open"
    money: list[Fact] = []
    for fact in ordered:
        asserted = bool(fact.values) and fact.values[-1] == 1 and fact.code in _STAGES
        if fact.code in _STAGES:
            said = _STAGES[fact.code]
            if asserted and not _news(said, status, seen=seen, ends=ends):
                continue
            if said == "won" and (status != "won" or (not asserted and not seen)):
                standing = fact.at
            if status == "won" and said != "won":
                standing = None
                money = [one for one in money if one.code != Code.DEAL_REFUNDED]
            status, seen = said, not asserted
            before = before or said == "won"
            if said != "open" and not asserted:
                ends.add(said)
        due = status == "won" or not before
        if fact.code == Code.REVENUE_RECORDED or (fact.code == Code.DEAL_REFUNDED and due):
            money.append(fact)
    return standing, money


_STAGES: dict[int, str] = {
    Code.DEAL_STAGE_CHANGED: "open",
    Code.DEAL_REOPENED: "open",
    Code.DEAL_WON: "won",
    Code.DEAL_LOST: "lost",
}


def _news(said: str, status: str, *, seen: bool, ends: set[str]) -> bool:
    if said in {"open", status} or said in ends:
        return False
    return status == "open" or (said == "won" and not seen)


def steps_of(won_at: int, gross: int, currency: str | None, money: Iterable[Fact]) -> list[Step]:
    """Win, refunds and revenue in the order in which they count."""
    steps: list[Step] = [] if currency is None else [(won_at, "win", gross, currency)]
    for fact in money:
        refund = fact.code == Code.DEAL_REFUNDED
        kind, text, named = ("refund", *fact.values) if refund else fact.values
        in_ = str(named) if named else currency
        if in_ is None:
            continue
        change = None if text is None else minor(str(text), in_)
        if text is not None and (change is None or change < 0):
            continue
        steps.append((max(fact.at, won_at) if refund else fact.at, str(kind), change, in_))
    return sorted(steps, key=lambda step: step[0])


def booked(steps: Sequence[Step]) -> list[Booked]:
    """What each step adds: each sum is made anew from all steps up to it."""
    made: list[Booked] = []
    for count in range(1, len(steps) + 1):
        at, kind, _, currency = steps[count - 1]
        before, after = (left_of(steps[:upto], currency) for upto in (count - 1, count))
        if after != before or kind == "win":
            made.append((at, kind, after - before, currency))
    return made


def left_of(steps: Iterable[Step], currency: str) -> int:
    """What is left in a currency after some steps."""
    left = 0
    for _, kind, change, in_ in steps:
        if in_ != currency:
            continue
        if kind in {"refund", "churn"}:
            there = max(left, 0)
            left -= there if change is None else min(change, there)
        else:
            left += change or 0
    return left


def parts_of(sums: Sequence[int], leads: int) -> list[list[int]]:
    """By how much the part of each lead changes as a sum goes through these values, beginning at 0."""
    divided = [[_part(total, leads, place) for place in range(leads)] for total in (0, *sums)]
    changes = [[b - a for a, b in zip(*both, strict=True)] for both in pairwise(divided)]
    return [[change[place] for change in changes] for place in range(leads)]


def _part(total: int, leads: int, place: int) -> int:
    sign = -1 if total < 0 else 1
    each, over = divmod(abs(total), leads)
    return sign * (each + (1 if place < over else 0))
