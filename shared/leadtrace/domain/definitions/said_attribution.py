"""The terms of attribution and of costs as they are shown to people and to frontends, with words for them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CustomSaid:
    """The shares of the model `custom`, from 0 to 1; all other touches share `others`."""

    words: str
    first_touch: float
    lead_created: float
    opportunity_created: float
    closed: float
    others: float


@dataclass(frozen=True, slots=True)
class RoleSaid:
    """What a role in a buying group weighs when a deal's amount is divided among its leads."""

    role: str
    weight: int


@dataclass(frozen=True, slots=True)
class ChannelSaid:
    """What the channel of a touch is called for which `words` holds, and that no rule above took."""

    channel: str
    words: str


@dataclass(frozen=True, slots=True)
class AttributionSaid:
    """Which touches before a win take part in it, how they are weighed, and what their channels are called.

    Without `channels` each keeps the word of its sender; without `roles` the leads of a deal count equally.
    """

    owner: str
    words: tuple[str, ...]
    lookback_days: int
    transform: str
    drop_direct: bool
    direct_channels: tuple[str, ...]
    half_life_days: float
    custom: CustomSaid | None
    roles: tuple[RoleSaid, ...]
    target_roas: float | None
    channels: tuple[ChannelSaid, ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class StageCostSaid:
    """What sales spends on a lead that entered a stage: a decimal amount of a currency."""

    stage: str
    words: str
    amount: str
    currency: str


@dataclass(frozen=True, slots=True)
class CostsSaid:
    """What is left of revenue, from 0 to 1, and what it costs sales to work a lead."""

    owner: str
    words: str
    gross_margin: float | None
    per_stage: tuple[StageCostSaid, ...]
