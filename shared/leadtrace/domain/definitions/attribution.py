"""The terms of attribution: which touches take part in a win, how they are weighed, what channels are called.

`owner` judges nothing; all else does, and is part of the hash. What is left out is as said here, also where
the whole block is.
"""

from enum import StrEnum
from typing import Final, Literal

from leadtrace.domain.definitions.block import Block
from leadtrace.domain.definitions.property_test import PropertyTest
from leadtrace.domain.definitions.ten_thousandths import Fraction

# What a rule of the grouping may ask of a touch, in the order in which a touch is handed to it.
DIMENSIONS: Final = ("channel", "source", "medium", "campaign", "content", "outlet")
# The touches that `custom` gives a weight of their own.
MILESTONES: Final = ("first_touch", "lead_created", "opportunity_created", "closed")


class PathTransform(StrEnum):
    """How a path is made shorter before it is judged; names and rules as in Google's Fractribution.

    `unique` keeps every touch, `exposure` one of several of the same channel in a row, `first` the first
    one of each channel.
    """

    EXPOSURE = "exposure"
    FIRST = "first"
    UNIQUE = "unique"


class PathTerms(Block, frozen=True, kw_only=True):
    """How a path is made shorter, and whether direct touches are dropped where it holds others too."""

    transform: PathTransform = PathTransform.UNIQUE
    drop_direct: bool = False
    direct_channels: tuple[str, ...] = ("direct_traffic", "direct")


class CustomWeights(Block, frozen=True, kw_only=True):
    """The shares of the model `custom`: numbers from 0 to 1; what is left of 1 all other touches share."""

    first_touch: Fraction = 0.0
    lead_created: Fraction = 0.0
    opportunity_created: Fraction = 0.0
    closed: Fraction = 0.0


class ChannelTest(PropertyTest, frozen=True, kw_only=True):
    """A condition on one of the things that a touch says of itself."""

    dimension: str


class ChannelRule(Block, frozen=True, kw_only=True):
    """What the channel of a touch is called for which all of `when` holds."""

    channel: str
    when: tuple[ChannelTest, ...]


class ChannelGroups(Block, frozen=True, kw_only=True):
    """The first rule that holds names the channel; `otherwise` the sender's own word is kept."""

    rules: tuple[ChannelRule, ...]
    otherwise: Literal["keep"] = "keep"


class Attribution(Block, frozen=True, kw_only=True):
    """Which touches before a win take part in it, and how they are weighed.

    `roles` weighs the people of a buying group by whole numbers: by them a deal's amount is divided among its
    leads. `target_roas` is the return on ad spend from which on a channel is kept.
    """

    lookback_days: int = 90
    path: PathTerms = PathTerms()
    half_life_days: float = 30.0
    custom: CustomWeights | None = None
    roles: dict[str, int] | None = None
    target_roas: Fraction | None = None
    channels: ChannelGroups | None = None
    owner: str = ""

    def __hash__(self) -> int:
        """Definitions are kept by their hash, and a mapping has none of its own."""
        roles = None if self.roles is None else frozenset(self.roles.items())
        others = (getattr(self, name) for name in self.__struct_fields__ if name != "roles")
        return hash((roles, *others))
