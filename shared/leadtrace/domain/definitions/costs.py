"""The terms of costs: what is left of revenue, and what it costs sales to work a lead.

`owner` judges nothing. The rest judges no lead, but it changes numbers of the past: it is part of the hash,
so that every cost names the version that it was counted by.
"""

from leadtrace.domain.definitions.block import Block
from leadtrace.domain.definitions.ten_thousandths import Fraction


class StageCost(Block, frozen=True, kw_only=True):
    """Money for one lead: a decimal amount as text, and its currency."""

    amount: str
    currency: str


class StageCosts(Block, frozen=True, kw_only=True):
    """What sales spends on a lead that entered a stage, beyond what it spent on the stages before."""

    inquiry: StageCost | None = None
    lead: StageCost | None = None
    mql: StageCost | None = None
    sal: StageCost | None = None
    sql: StageCost | None = None
    opportunity: StageCost | None = None
    customer: StageCost | None = None


class Costs(Block, frozen=True, kw_only=True):
    """`gross_margin` is the share of revenue that is left once what was sold is paid for.

    Without it neither ROMI nor payback nor lifetime value can be said.
    """

    gross_margin: Fraction | None = None
    per_stage: StageCosts | None = None
    owner: str = ""
