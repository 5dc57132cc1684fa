"""The sums of groups of leads: what keys have, and what they leave of the total to those without one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np

from leadtrace.events.lead import LADDER, Stage
from leadtrace_api.funnel.day_money import Revenue
from leadtrace_api.funnel.entries import Entries, no_entries, stacked
from leadtrace_api.funnel.queries import Slice, StageCount
from leadtrace_api.projector.dimensions import TOTAL
from leadtrace_api.projector.step_codes import Ints

PLACES: Final = {stage: place for place, stage in enumerate(Stage)}
ENTERED, REACHED, CURRENT = range(3)
_RUNGS: Final = [PLACES[rung] for rung in LADDER]
_First = TypeVar("_First")


def _nothing() -> Ints:
    return np.zeros((len(Stage), 3), dtype=np.int64)


@dataclass(slots=True)
class Sums:
    """The sums of one group, or of several added up.

    `counts` are by stage: how many entered it, reached it, and stand there. Money is by currency, in minor
    units.
    """

    counts: Ints = field(default_factory=_nothing)
    revenue: dict[str, int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    recurring: dict[str, int] = field(default_factory=dict)
    ages: Entries = field(default_factory=no_entries)

    @property
    def leads(self) -> int:
        """How many there are: those that reached the first rung."""
        return int(self.counts[_RUNGS[0], REACHED])

    def take(self, earned: Revenue) -> None:
        """Put in what customers brought in one currency."""
        self.revenue[earned.currency] = earned.revenue
        self.customers[earned.currency] = earned.customers
        self.recurring[earned.currency] = earned.recurring

    def any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.counts.any()) or any(self.revenue.values())


def of_counts(counts: Iterable[StageCount]) -> dict[tuple[str, str], Sums]:
    """By dimension and key, where stages alone are counted."""
    found: dict[tuple[str, str], Sums] = {}
    for one in counts:
        sums = found.setdefault((one.dimension, one.key), Sums())
        sums.counts[PLACES[Stage(one.stage)]] = one.entered, one.reached, one.current
    return found


def of_entries(ages: Mapping[_First, Entries]) -> dict[_First, Sums]:
    """The same where steps are counted, which tell of stages too."""
    if not ages:
        return {}
    every = stacked(list(ages.values()))
    counts = np.zeros((len(ages), len(Stage), 3), dtype=np.int64)
    counts[..., ENTERED] = every.entered
    counts[:, _RUNGS, REACHED] = every.reached
    counts[..., CURRENT] = every.current
    return {
        place: Sums(counts=mine, ages=entries)
        for (place, entries), mine in zip(ages.items(), counts, strict=True)
    }


def sums_by_key(
    found: dict[tuple[str, str], Sums], revenues: Iterable[Revenue], asked: Slice
) -> tuple[dict[str | None, Sums], Sums]:
    """The sums of each group asked for, largest first, the one without a key last, and of all together."""
    for earned in revenues:
        found.setdefault((earned.dimension, earned.key), Sums()).take(earned)
    total = found.pop((TOTAL, TOTAL), Sums())
    groups: dict[str | None, Sums] = {key: sums for (_, key), sums in found.items()}
    groups[None] = _left(total, groups.values())
    wanted = [key for key in groups if groups[key].any() and (not asked.keys or key in asked.keys)]
    wanted.sort(key=lambda key: (key is None, -groups[key].leads, key or ""))
    kept = {key: groups[key] for key in wanted}
    return kept, together(kept.values()) if asked.keys else total


def together(parts: Iterable[Sums]) -> Sums:
    """All of them as one."""
    some = list(parts)
    return _summed(some, [1] * len(some), no_entries().plus(one.ages for one in some))


def _left(total: Sums, parts: Iterable[Sums]) -> Sums:
    """What parts of a total leave of it."""
    some = list(parts)
    return _summed([total, *some], [1, *[-1] * len(some)], total.ages.minus(one.ages for one in some))


def _summed(some: Sequence[Sums], signs: Sequence[int], ages: Entries) -> Sums:
    counts = np.tensordot(signs, [one.counts for one in some], 1) if some else _nothing()
    summed = Sums(counts=counts, ages=ages)
    for one, sign in zip(some, signs, strict=True):
        for mine, more in (
            (summed.revenue, one.revenue),
            (summed.customers, one.customers),
            (summed.recurring, one.recurring),
        ):
            for currency, earned in more.items():
                mine[currency] = mine.get(currency, 0) + sign * earned
    return summed


def in_order(groups: Mapping[tuple[str | None, ...], Sums]) -> dict[tuple[str | None, ...], Sums]:
    """Groups by several dimensions, those with most leads first."""
    order = sorted(groups, key=lambda key: (-groups[key].leads, [one or "" for one in key]))
    return {key: groups[key] for key in order}


def largest(
    groups: Mapping[tuple[str | None, ...], Sums], top: int | None
) -> tuple[dict[tuple[str | None, ...], Sums], list[Sums]]:
    """So many groups with a key, the first ones, and the one without any; then all others."""
    kept: dict[tuple[str | None, ...], Sums] = {}
    others: list[Sums] = []
    for key, sums in groups.items():
        if top is None or len(kept) < top or not any(one is not None for one in key):
            kept[key] = sums
        else:
            others.append(sums)
    return kept, others
