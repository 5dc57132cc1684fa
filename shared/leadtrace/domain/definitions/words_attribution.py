"""What the terms of attribution and of costs say, in words that both teams read."""

from collections.abc import Iterator

from leadtrace.domain.definitions.attribution import (
    MILESTONES,
    Attribution,
    ChannelRule,
    CustomWeights,
    PathTransform,
)
from leadtrace.domain.definitions.costs import Costs, StageCost
from leadtrace.domain.definitions.ten_thousandths import ONE, as_decimal, ten_thousandths
from leadtrace.domain.definitions.words import counted, plain, property_words

_KEPT = {
    PathTransform.UNIQUE: "every touch counts",
    PathTransform.EXPOSURE: "of touches of one channel in a row one counts",
    PathTransform.FIRST: "of each channel its first touch counts",
}


def attribution_words(terms: Attribution) -> Iterator[str]:
    """Which touches take part, how fast they fade, and when a channel is kept."""
    yield f"a touch takes part if it lies at most {counted(terms.lookback_days, 'day')} before the win"
    yield _KEPT[terms.path.transform]
    if terms.path.drop_direct:
        direct = ", ".join(terms.path.direct_channels)
        yield f"direct touches ({direct}) are dropped, unless there are no others"
    yield f"time decay gives half as much for each {counted(terms.half_life_days, 'day')} before the win"
    if terms.target_roas is not None:
        yield f"a channel is kept from {plain(terms.target_roas)} of revenue for each 1 of spend on"


def custom_words(weights: CustomWeights) -> str:
    """Which touch has which share."""
    shares = [
        f"{_percent(ten_thousandths(share))} to {name.replace('_', ' ')}"
        for name in MILESTONES
        if (share := getattr(weights, name))
    ]
    return f"{', '.join(shares)}; {_percent(others(weights))} shared by all other touches"


def others(weights: CustomWeights) -> int:
    """The ten-thousandths that all other touches share."""
    return ONE - sum(ten_thousandths(getattr(weights, name)) for name in MILESTONES)


def channel_words(rule: ChannelRule) -> str:
    """Of which touches it is the channel."""
    return " and ".join(property_words(test.dimension, test) for test in rule.when)


def cost_words(costs: Costs) -> str:
    """What is left of revenue."""
    if costs.gross_margin is None:
        return "no gross margin is named, so that ROMI, payback and lifetime value cannot be told"
    return f"{_percent(ten_thousandths(costs.gross_margin))} of revenue is gross margin"


def stage_cost_words(stage: str, cost: StageCost) -> str:
    """What a lead of a stage costs."""
    return f"each lead that enters {stage} costs sales {cost.amount} {cost.currency}"


def _percent(ten_thousandths_of_one: int) -> str:
    return f"{plain(float(100 * as_decimal(ten_thousandths_of_one)))}%"
