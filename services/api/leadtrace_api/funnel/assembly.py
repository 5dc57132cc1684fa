"""From sums to the answer: stages in order, steps between rungs, rates, and the links to the leads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal
from urllib.parse import urlencode

from leadtrace.domain.money import average
from leadtrace.events.lead import LADDER, Stage
from leadtrace_api.funnel.queries import Revenue, Slice, StageCount, UnlinkedDeals
from leadtrace_api.funnel.schemas import Drill, FunnelGroup, FunnelNumbers, StageRow, StepRow, Unlinked
from leadtrace_api.parameters import filter_items
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import TOTAL
from leadtrace_api.schemas import Money, money, rate

STAGES = tuple(Stage)
_RUNGS = frozenset(LADDER)
_NONE = (0, 0, 0)
Filters = dict[str, list[str | None]]


@dataclass(slots=True)
class Sums:
    """The counts of one group, or of several added up."""

    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    revenue: dict[str, int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    recurring: dict[str, int] = field(default_factory=dict)

    def reached(self, stage: Stage) -> int:
        """Leads that reached the stage."""
        return self.counts.get(stage, _NONE)[1]

    def add(self, other: "Sums", sign: int = 1) -> None:
        """Add another group's sums, or take them out with sign -1."""
        for stage, more in other.counts.items():
            have = self.counts.get(stage, _NONE)
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
    counts: Iterable[StageCount], revenues: Iterable[Revenue], asked: Slice
) -> tuple[dict[str | None, Sums], Sums]:
    """The sums of each group asked for, largest first, the one without a key last, and of all together."""
    found: dict[tuple[str, str], Sums] = {}
    for one in counts:
        sums = found.setdefault((one.dimension, one.key), Sums())
        sums.counts[one.stage] = (one.entered, one.reached, one.current)
    for earned in revenues:
        found.setdefault((earned.dimension, earned.key), Sums()).take(earned)
    rest = found.pop((TOTAL, TOTAL), Sums())
    groups: dict[str | None, Sums] = {}
    for (_, name), sums in found.items():
        groups[name] = sums
        rest.add(sums, -1)
    groups[None] = rest
    wanted = [key for key in groups if groups[key].any() and (not asked.keys or key in asked.keys)]
    wanted.sort(key=lambda key: (key is None, -groups[key].reached(LADDER[0]), key or ""))
    total = Sums()
    for key in wanted:
        total.add(groups[key])
    return {key: groups[key] for key in wanted}, total


@dataclass(frozen=True, slots=True)
class Assembler:
    """Writes numbers in one currency, with links that name what was asked."""

    asked: Slice
    currency: str

    def group(self, key: str | None, sums: Sums) -> FunnelGroup:
        """One group of the dimension that was asked for."""
        dimension = self.asked.dimension
        numbers = self.numbers(sums, {dimension: [key]})
        return FunnelGroup(key={dimension: key}, **dict(numbers))

    def numbers(self, sums: Sums, filters: Filters) -> FunnelNumbers:
        """The numbers of the leads that the filters let pass."""
        revenue, unconverted = self.split(sums.revenue)
        links = self._links(filters)
        return FunnelNumbers(
            stages=tuple(self._stage(stage, sums, links) for stage in STAGES),
            steps=tuple(self._step(before, after, sums) for before, after in pairwise(LADDER)),
            overall=rate(sums.reached(LADDER[-1]), sums.reached(LADDER[0]), self._method()),
            revenue=revenue,
            unconverted=unconverted,
            recurring_revenue=money(sums.recurring.get(self.currency, 0), self.currency),
            average_sale=self._of_each(sums, recurring=False),
            revenue_per_customer=self._of_each(sums, recurring=True),
        )

    def _of_each(self, sums: Sums, *, recurring: bool) -> Money | None:
        """What a customer brought on average, with or without what recurs."""
        if self.asked.basis is not Basis.COHORT:
            return None
        total, beside = sums.revenue.get(self.currency, 0), sums.recurring.get(self.currency, 0)
        found = average(total if recurring else total - beside, sums.customers.get(self.currency, 0))
        return money(found, self.currency) if found is not None else None

    def unlinked(self, deals: Sequence[UnlinkedDeals]) -> Unlinked:
        """The deals of nobody."""
        earned = {one.currency: one.revenue for one in deals if one.currency is not None}
        revenue, unconverted = self.split(earned)
        return Unlinked(deals=sum(one.deals for one in deals), revenue=revenue, unconverted=unconverted)

    def split(self, earned: Mapping[str, int]) -> tuple[Money, tuple[Money, ...]]:
        """What was earned in the reporting currency, and in each other one that is not 0."""
        others = sorted(currency for currency in earned if currency != self.currency and earned[currency])
        own = money(earned.get(self.currency, 0), self.currency)
        return own, tuple(money(earned[currency], currency) for currency in others)

    def _stage(self, stage: Stage, sums: Sums, links: "Links | None") -> StageRow:
        entered, reached, current = sums.counts.get(stage, _NONE)
        rung = stage in _RUNGS
        return StageRow(
            stage=stage,
            entered=entered,
            reached=reached if rung else None,
            current=current,
            drill=links.of(stage.value, rung=rung) if links is not None else None,
        )

    def _step(self, before: Stage, after: Stage, sums: Sums) -> StepRow:
        start, end = sums.reached(before), sums.reached(after)
        return StepRow(
            from_stage=before,
            to_stage=after,
            rate=rate(end, start, self._method()),
            drop_off=start - end if self.asked.basis is Basis.COHORT else None,
        )

    def _method(self) -> Literal["plain_ratio", "activity_ratio"]:
        return "plain_ratio" if self.asked.basis is Basis.COHORT else "activity_ratio"

    def _links(self, filters: Filters) -> "Links | None":
        if self.asked.known is not None:
            return None
        return Links(self._link(filters, "reached"), self._link(filters, "stage"))

    def _link(self, filters: Filters, what: str) -> str:
        days = "captured" if self.asked.basis is Basis.COHORT else what
        items = [
            *filter_items(filters),
            *([(f"{days}_from", first.isoformat())] if (first := self.asked.first) else []),
            *([(f"{days}_to", last.isoformat())] if (last := self.asked.last) else []),
            (what, ""),
        ]
        return f"/v1/leads?{urlencode(items)}"


@dataclass(frozen=True, slots=True)
class Links:
    """Links to the leads of one group, up to the name of the stage."""

    reached: str
    current: str

    def of(self, stage: str, *, rung: bool) -> Drill:
        """The links of one stage; only rungs of the ladder are reached."""
        return Drill(reached=f"{self.reached}{stage}" if rung else None, current=f"{self.current}{stage}")
