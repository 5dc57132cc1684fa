"""The terms of costs as one version of the definitions has them, as exact numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from leadtrace.domain.definitions.costs import Costs
from leadtrace.domain.definitions.ten_thousandths import as_decimal, ten_thousandths
from leadtrace.domain.money import to_minor
from leadtrace.events.lead import LADDER, Stage


@dataclass(frozen=True, slots=True)
class CostOfStage:
    """What sales spends on a lead that entered a stage: minor units of a currency."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class CostTerms:
    """`gross_margin` is a share from 0 to 1, None where it is not known; a stage without costs is missing."""

    gross_margin: Decimal | None = None
    per_stage: Mapping[Stage, CostOfStage] = field(default_factory=lambda: MappingProxyType({}))


@lru_cache(maxsize=64)
def cost_terms(block: Costs) -> CostTerms:
    """The terms that a block which passed the lint says; the same object whenever it is asked for."""
    margin, given = block.gross_margin, block.per_stage
    stages = {
        stage: CostOfStage(to_minor(cost.amount, cost.currency), cost.currency)
        for stage in LADDER
        if given is not None and (cost := getattr(given, stage)) is not None
    }
    return CostTerms(
        gross_margin=None if margin is None else as_decimal(ten_thousandths(margin)),
        per_stage=MappingProxyType(stages),
    )
