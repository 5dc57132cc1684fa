"""The models that can be asked for: those that divide deal by deal, and those that look at all journeys."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from leadtrace.domain.credits.model import Model
from leadtrace_api.projector.dimensions import DIMENSIONS


class DataDriven(StrEnum):
    """What is learnt of the journeys of a range of days, those that were lost among them.

    `shapley` is the game of conversions, `shapley_rate` that of rates, which gives no credit.
    """

    MARKOV = "markov"
    MARKOV_2 = "markov_2"
    MARKOV_3 = "markov_3"
    SHAPLEY = "shapley"
    SHAPLEY_RATE = "shapley_rate"


# By what touches are told apart, in the order in which attribution holds them.
LEVELS = ("channel", "source", "medium", "campaign", "content", "outlet")

# What else a lead is grouped by: these say nothing of a touch, but whose journey it is.
LEAD_DIMENSIONS = tuple(name for name in DIMENSIONS if name not in LEVELS)


class OpenJourneys(StrEnum):
    """What models over all journeys make of those that go on."""

    LEFT_OUT = "left_out"
    WEIGHTED = "weighted"


AnyModel: TypeAlias = Model | DataDriven

MODELS: Mapping[str, AnyModel] = MappingProxyType(
    {one.value: one for kind in (Model, DataDriven) for one in kind}
)
# Both ends and the middle, and the later the more: what they agree on is no matter of taste.
USUAL = (Model.LINEAR, Model.POSITION_BASED, Model.TIME_DECAY)
ORDERS: Mapping[DataDriven, int] = MappingProxyType(
    {DataDriven.MARKOV: 1, DataDriven.MARKOV_2: 2, DataDriven.MARKOV_3: 3}
)
