"""The sums of groups of leads: what keys have, and what they leave of the total to those without one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leadtrace.events.lead import LADDER, Stage
from leadtrace_api.funnel.queries import Revenue, Slice, StageCount
from leadtrace_api.funnel.step_ages import Entries, no_entries
from leadtrace_api.projector.dimensions import TOTAL

NONE = (0, 0, 0)


@dataclass(slots=True)
class Sums:
    """The counts of one group, or of several added up."""

    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    revenue: dict[str, int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    recurring: dict[str, int] = field(default_factory=dict)
    ages: Entries = field(default_factory=no_entries)

    def reached(self, stage: Stage) -> int:
        """Leads that reached the stage."""
        return self.counts.get(stage, NONE)[1]

    def add(self, other: "Sums", sign: int = 1) -> None:
        """Add another group's sums, or take them out with sign -1; ages are summed for many at once."""
        for stage, more in other.counts.items():
            have = self.counts.get(stage, NONE)
            self.counts[stage] = (
                have[0] + sign * more[0],
                have[1] + sign * more[1],
                have[2] + sign * more[2],
            )
        for mine, more_money in (
            (self.revenue, other.revenue),
            (self.customers, other.customers),
            (self.recurring, other.recurring),
        ):
            for currency, earned in more_money.items():
                mine[currency] = mine.get(currency, 0) + sign * earned

    def take(self, earned: Revenue) -> None:
        """Put in what customers brought in one currency."""
        self.revenue[earned.currency] = earned.revenue
        self.customers[earned.currency] = earned.customers
        self.recurring[earned.currency] = earned.recurring

    def any(self) -> bool:
        """Whether there is anything to tell."""
        return any(map(any, self.counts.values())) or any(self.revenue.values())


def sums_by_key(
    counts: Iterable[StageCount],
    revenues: Iterable[Revenue],
    ages: Mapping[tuple[str, str], Entries],
    asked: Slice,
) -> tuple[dict[str | None, Sums], Sums]:
    """The sums of each group asked for, largest first, the one without a key last, and of all together."""
    found: dict[tuple[str, str], Sums] = {}
    for one in counts:
        sums = found.setdefault((one.dimension, one.key), Sums())
        sums.counts[one.stage] = (one.entered, one.reached, one.current)
    for earned in revenues:
        found.setdefault((earned.dimension, earned.key), Sums()).take(earned)
    for place, entries in ages.items():
        found.setdefault(place, Sums()).ages = entries
    rest = found.pop((TOTAL, TOTAL), Sums())
    groups: dict[str | None, Sums] = {}
    for (_, name), sums in found.items():
        groups[name] = sums
        rest.add(sums, -1)
    rest.ages = rest.ages.minus(one.ages for one in groups.values())
    groups[None] = rest
    wanted = [key for key in groups if groups[key].any() and (not asked.keys or key in asked.keys)]
    wanted.sort(key=lambda key: (key is None, -groups[key].reached(LADDER[0]), key or ""))
    return {key: groups[key] for key in wanted}, together(groups[key] for key in wanted)


def together(parts: Iterable[Sums]) -> Sums:
    """All of them as one."""
    total, ages = Sums(), []
    for part in parts:
        total.add(part)
        ages.append(part.ages)
    total.ages = no_entries().plus(ages)
    return total


def in_order(groups: Mapping[tuple[str | None, ...], Sums]) -> dict[tuple[str | None, ...], Sums]:
    """Groups by several dimensions, those with most leads first."""
    order = sorted(groups, key=lambda key: (-groups[key].reached(LADDER[0]), [one or "" for one in key]))
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
