"""From sums to the answer: stages in order, steps between rungs, rates, and the links to the leads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from urllib.parse import urlencode

from msgspec.structs import asdict

from leadtrace.domain.money import average
from leadtrace.events.lead import LADDER, Stage
from leadtrace_api.funnel.queries import Slice, UnlinkedDeals
from leadtrace_api.funnel.rates import Told
from leadtrace_api.funnel.schemas import Drill, FunnelGroup, FunnelNumbers, Other, StageRow, StepRow, Unlinked
from leadtrace_api.funnel.sums import REACHED, Sums
from leadtrace_api.parameters import filter_items
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.step_codes import STEPS
from leadtrace_api.schemas import Money, money, rate

STAGES = tuple(Stage)
_RUNGS = frozenset(LADDER)
Filters = dict[str, list[str | None]]


@dataclass(frozen=True)
class Assembler:
    """Writes numbers in one currency, with links that name what was asked."""

    asked: Slice
    filters: Filters
    currency: str

    def group(self, key: Mapping[str, str | None], sums: Sums, told: Told | None) -> FunnelGroup:
        """One group, by its key in each of the dimensions that were asked for."""
        narrowed = {**self.filters, **{name: [one] for name, one in key.items()}}
        return FunnelGroup(key=dict(key), **asdict(self.numbers(sums, narrowed, told)))

    def total(self, sums: Sums, told: Told | None) -> FunnelNumbers:
        """All leads that the filters let pass."""
        return self.numbers(sums, self.filters, told)

    def other(self, sums: Sums, keys: int, told: Told | None) -> Other:
        """Groups together that are not told apart; no link names so many keys."""
        return Other(keys=keys, **asdict(self.numbers(sums, None, told)))

    def numbers(self, sums: Sums, filters: Filters | None, told: Told | None) -> FunnelNumbers:
        """The numbers of the leads that the filters let pass; rates are plain ratios where none are told."""
        revenue, unconverted = self.split(sums.revenue)
        links = self._links(filters) if filters is not None else None
        *steps, overall = self._steps(sums, told, links)
        return FunnelNumbers(
            stages=tuple(self._stage(*one, links) for one in zip(STAGES, sums.counts.tolist(), strict=True)),
            steps=tuple(steps),
            overall=overall.rate,
            time_to_customer=overall.time,
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

    def _stage(self, stage: Stage, counts: Sequence[int], links: "Links | None") -> StageRow:
        entered, reached, current = counts
        rung = stage in _RUNGS
        return StageRow(
            stage=stage,
            entered=entered,
            reached=reached if rung else None,
            current=current,
            drill=links.of(stage.value, rung=rung) if links is not None else None,
        )

    def _steps(self, sums: Sums, told: Told | None, links: "Links | None") -> Iterator[StepRow]:
        """Each step of the ladder, then the way from its first rung to its last."""
        cohort = self.asked.basis is Basis.COHORT
        reached = dict(zip(STAGES, sums.counts[:, REACHED].tolist(), strict=True))
        for place, (before, after) in enumerate(STEPS):
            start, end = reached[before], reached[after]
            yield StepRow(
                from_stage=before,
                to_stage=after,
                rate=told[place].rate if told is not None else rate(end, start, self._ratio()),
                time=told[place].time if told is not None else None,
                drop_off=start - end if cohort else None,
                drill=links.short_of(before, after) if links is not None and cohort else None,
            )

    def _ratio(self) -> Literal["plain_ratio", "activity_ratio"]:
        return "plain_ratio" if self.asked.basis is Basis.COHORT else "activity_ratio"

    def _links(self, filters: Filters) -> "Links | None":
        if self.asked.known is not None:
            return None
        narrowed = urlencode(filter_items(filters))
        before = f"/v1/leads?{narrowed}&" if narrowed else "/v1/leads?"
        reached, stage = self._tails
        return Links(before + reached, before + stage)

    @cached_property
    def _tails(self) -> tuple[str, str]:
        """What the links of every group end with: the days, and what the name of a stage comes behind."""
        return _tail(self.asked, "reached"), _tail(self.asked, "stage")


@dataclass(frozen=True, slots=True)
class Links:
    """Links to the leads of one group, up to the name of the stage."""

    reached: str
    current: str

    def of(self, stage: str, *, rung: bool) -> Drill:
        """The links of one stage; only rungs of the ladder are reached."""
        return Drill(reached=f"{self.reached}{stage}" if rung else None, current=f"{self.current}{stage}")

    def short_of(self, before: Stage, after: Stage) -> str:
        """The link of the leads that reached one rung and not the other."""
        return f"{self.reached}{before.value}&short_of={after.value}"


def _tail(asked: Slice, what: str) -> str:
    days = "captured" if asked.basis is Basis.COHORT else what
    items = [
        *([(f"{days}_from", asked.first.isoformat())] if asked.first else []),
        *([(f"{days}_to", asked.last.isoformat())] if asked.last else []),
        (what, ""),
    ]
    return urlencode(items)
