"""From the terms of attribution and of costs to what is said of them; nothing is left out."""

from leadtrace.domain.definitions.attribution import Attribution, CustomWeights
from leadtrace.domain.definitions.costs import Costs
from leadtrace.domain.definitions.said_attribution import (
    AttributionSaid,
    ChannelSaid,
    CostsSaid,
    CustomSaid,
    RoleSaid,
    StageCostSaid,
)
from leadtrace.domain.definitions.ten_thousandths import as_decimal
from leadtrace.domain.definitions.words_attribution import (
    attribution_words,
    channel_words,
    cost_words,
    custom_words,
    others,
    stage_cost_words,
)
from leadtrace.events.lead import LADDER

_KEEP = "keep"


def tell_attribution(terms: Attribution, owner: str) -> AttributionSaid:
    """Everything that terms which passed the lint say, defaults included."""
    rules = () if terms.channels is None else terms.channels.rules
    return AttributionSaid(
        owner=terms.owner or owner,
        words=tuple(attribution_words(terms)),
        lookback_days=terms.lookback_days,
        transform=terms.path.transform.value,
        drop_direct=terms.path.drop_direct,
        direct_channels=terms.path.direct_channels,
        half_life_days=terms.half_life_days,
        custom=None if terms.custom is None else _custom(terms.custom),
        roles=tuple(RoleSaid(role, weight) for role, weight in (terms.roles or {}).items()),
        target_roas=terms.target_roas,
        channels=tuple(ChannelSaid(rule.channel, channel_words(rule)) for rule in rules),
        otherwise=_KEEP if terms.channels is None else terms.channels.otherwise,
    )


def tell_costs(costs: Costs, owner: str) -> CostsSaid:
    """Everything that terms which passed the lint say."""
    stages = tuple(
        StageCostSaid(stage.value, stage_cost_words(stage, cost), cost.amount, cost.currency)
        for stage in LADDER
        if costs.per_stage is not None and (cost := getattr(costs.per_stage, stage)) is not None
    )
    return CostsSaid(costs.owner or owner, cost_words(costs), costs.gross_margin, stages)


def _custom(weights: CustomWeights) -> CustomSaid:
    return CustomSaid(
        words=custom_words(weights),
        first_touch=weights.first_touch,
        lead_created=weights.lead_created,
        opportunity_created=weights.opportunity_created,
        closed=weights.closed,
        others=float(as_decimal(others(weights))),
    )
