"""The terms of attribution as one version of the definitions has them, prepared to be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from leadtrace.domain.credits.grouping import ChannelOf, channel_by, group_rules
from leadtrace.domain.definitions.attribution import Attribution, CustomWeights, PathTransform
from leadtrace.domain.definitions.ten_thousandths import ONE, as_decimal, ten_thousandths
from leadtrace.domain.scoring.conditions import folded

_USUAL_WEIGHT = 1


@dataclass(frozen=True, slots=True)
class CustomShares:
    """The shares of the model `custom` in ten-thousandths; all other touches share what is left of 10,000."""

    first_touch: int = 0
    lead_created: int = 0
    opportunity_created: int = 0
    closed: int = 0

    @property
    def others(self) -> int:
        """What all other touches share."""
        return ONE - self.first_touch - self.lead_created - self.opportunity_created - self.closed


@dataclass(frozen=True, slots=True)
class AttributionTerms:
    """How the touches before a win are chosen, named and weighed; without a block of terms the defaults.

    `direct_channels` and the names of `roles` are folded; `half_life_days` and `target_roas` are exact.
    `channel_of` says what the channel of a touch is called, by its dimensions.
    """

    lookback_days: int
    transform: PathTransform
    drop_direct: bool
    direct_channels: frozenset[str]
    half_life_days: Decimal
    custom: CustomShares | None
    roles: Mapping[str, int]
    target_roas: Decimal | None
    channel_of: ChannelOf

    def is_direct(self, channel: str | None) -> bool:
        """Whether a touch of this channel came by itself."""
        return channel is not None and folded(channel) in self.direct_channels

    def contact_weights(self, roles: Sequence[str | None]) -> list[int]:
        """By which weights a deal's amount is divided among its leads of these roles, as `split` takes them.

        A role that is not named counts 1; where nobody would count, all count equally.
        """
        weights = [self.roles.get(folded(role or ""), _USUAL_WEIGHT) for role in roles]
        return weights if any(weights) else [_USUAL_WEIGHT] * len(weights)


@lru_cache(maxsize=64)
def attribution_terms(block: Attribution) -> AttributionTerms:
    """The terms that a block which passed the lint says; the same object whenever it is asked for."""
    return AttributionTerms(
        lookback_days=block.lookback_days,
        transform=block.path.transform,
        drop_direct=block.path.drop_direct,
        direct_channels=frozenset(map(folded, block.path.direct_channels)),
        half_life_days=Decimal(repr(block.half_life_days)),
        custom=None if block.custom is None else _shares(block.custom),
        roles=MappingProxyType({folded(role): weight for role, weight in (block.roles or {}).items()}),
        target_roas=None if block.target_roas is None else as_decimal(ten_thousandths(block.target_roas)),
        channel_of=channel_by(group_rules(block.channels)),
    )


def _shares(weights: CustomWeights) -> CustomShares:
    return CustomShares(
        first_touch=ten_thousandths(weights.first_touch),
        lead_created=ten_thousandths(weights.lead_created),
        opportunity_created=ten_thousandths(weights.opportunity_created),
        closed=ten_thousandths(weights.closed),
    )
