"""What it costs sales to work leads, stage by stage, so that chasing those who never buy is seen to cost.

The definitions say it for each stage. It has no day, so no rate: what is not in the reporting currency stands
beside. Nothing of it is spend: nobody posted it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from leadtrace.domain.credits.cost_terms import CostOfStage
from leadtrace.events.lead import Stage
from leadtrace_api.costs.margin_schemas import StageCost, StageCosts, Worked
from leadtrace_api.costs.reasons import Why
from leadtrace_api.costs.schemas import Cost
from leadtrace_api.costs.spent import Spent
from leadtrace_api.costs.worked import Reached
from leadtrace_api.schemas import Money, money

_NOBODY = Reached()


@dataclass(frozen=True, slots=True)
class StageTerms:
    """What the definitions say of stages, in the order of the ladder, and the currency of totals."""

    per_stage: Mapping[Stage, CostOfStage]
    currency: str

    @property
    def why_not(self) -> Why | None:
        """Why there are no totals; None if there are."""
        if not self.per_stage:
            return Why.NO_STAGE_COSTS
        return None if any(self._counted()) else Why.NO_RATE

    def tell(self, worked: Mapping[Stage, Reached]) -> StageCosts:
        """The stages and their totals."""
        found = {stage: worked.get(stage, _NOBODY) for stage in self.per_stage}
        return StageCosts(
            stages=tuple(_stage(stage, cost, found[stage]) for stage, cost in self.per_stage.items()),
            total=self._sum({stage: one.leads for stage, one in found.items()}),
            won=self._sum({stage: one.won for stage, one in found.items()}),
            lost=self._sum({stage: one.lost for stage, one in found.items()}),
            open=self._sum({stage: one.open for stage, one in found.items()}),
            unconverted=tuple(self._beside(found)),
            reason=self.why_not,
        )

    def entered(self, worked: Mapping[Stage, Reached]) -> Money | None:
        """What those cost that came to stages in the range."""
        return self._sum(_entered(worked))

    def with_spend(self, spent: Spent, worked: Mapping[Stage, Reached], customers: int) -> Cost:
        """All spend and what stages cost in the range, for each of so many; null if either is not known."""
        counts = _entered(worked)
        minor = sum(cost.amount * counts.get(stage, 0) for stage, cost in self._counted())
        reason = self.why_not or spent.cost(customers).reason
        value = None if reason else Spent(spent.minor + minor, self.currency, spent.beside).each(customers)
        return Cost(value=value, n=customers, reason=reason)

    def _sum(self, counts: Mapping[Stage, int]) -> Money | None:
        if self.why_not is not None:
            return None
        minor = sum(cost.amount * counts.get(stage, 0) for stage, cost in self._counted())
        return money(minor, self.currency)

    def _counted(self) -> Iterator[tuple[Stage, CostOfStage]]:
        return ((stage, cost) for stage, cost in self.per_stage.items() if cost.currency == self.currency)

    def _beside(self, found: Mapping[Stage, Reached]) -> Iterator[Money]:
        sums: dict[str, int] = {}
        for stage, cost in self.per_stage.items():
            if cost.currency != self.currency:
                sums[cost.currency] = sums.get(cost.currency, 0) + cost.amount * found[stage].leads
        return (money(sums[currency], currency) for currency in sorted(sums) if sums[currency])


def _entered(worked: Mapping[Stage, Reached]) -> dict[Stage, int]:
    return {stage: one.entered for stage, one in worked.items()}


def _stage(stage: Stage, cost: CostOfStage, found: Reached) -> StageCost:
    def of(leads: int) -> Worked:
        return Worked(leads=leads, cost=money(cost.amount * leads, cost.currency))

    return StageCost(
        stage=stage,
        each=money(cost.amount, cost.currency),
        all=of(found.leads),
        won=of(found.won),
        lost=of(found.lost),
        open=of(found.open),
        deleted=of(found.leads - found.won - found.lost - found.open),
    )
