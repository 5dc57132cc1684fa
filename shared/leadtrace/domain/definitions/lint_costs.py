"""Lint of the terms of costs: a margin is a share, and money an amount of a currency."""

import re
from collections.abc import Iterator

from leadtrace.domain.definitions.costs import Costs, StageCost
from leadtrace.domain.definitions.finding import Finding
from leadtrace.domain.definitions.lines import Path
from leadtrace.domain.definitions.lint_fraction import fraction_findings
from leadtrace.domain.money import minor_digits
from leadtrace.events.lead import LADDER

_COSTS: Path = ("costs",)
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")


def cost_findings(costs: Costs) -> Iterator[Finding]:
    """Every rule of `costs` that does not hold."""
    if costs.gross_margin is not None:
        yield from fraction_findings((*_COSTS, "gross_margin"), costs.gross_margin)
    if costs.per_stage is None:
        return
    place: Path = (*_COSTS, "per_stage")
    given = [(stage, cost) for stage in LADDER if (cost := getattr(costs.per_stage, stage)) is not None]
    if not given:
        yield Finding(
            place, "is empty", f"say what a lead costs at one of {', '.join(LADDER)}, or take it out"
        )
    for stage, cost in given:
        yield from _money((*place, stage.value), cost)


def _money(place: Path, cost: StageCost) -> Iterator[Finding]:
    known = _CURRENCY.fullmatch(cost.currency)
    if not known:
        rule = f"{cost.currency!r} is no code of a currency"
        yield Finding((*place, "currency"), rule, "write three capital letters, such as EUR")
    if not _AMOUNT.fullmatch(cost.amount):
        rule = f"{cost.amount!r} is no amount of money"
        yield Finding(
            (*place, "amount"), rule, 'write a decimal number of 0 or more, between quotes: "120.00"'
        )
    elif known and len(cost.amount.partition(".")[2]) > minor_digits(cost.currency):
        digits = minor_digits(cost.currency)
        rule = f"{cost.amount} is finer than {cost.currency} is counted"
        yield Finding((*place, "amount"), rule, f"write at most {digits} digits after the point")
