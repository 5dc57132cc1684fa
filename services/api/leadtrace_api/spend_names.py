"""What a row of spend is called: by its dimensions, its channel by the name that leads and touches have."""

from collections.abc import Mapping, Sequence

from leadtrace.domain.credits.grouping import ChannelOf, Dimensions
from leadtrace.domain.definitions.attribution import DIMENSIONS


def named_spend(
    said: Dimensions, channel_of: ChannelOf, filters: Mapping[str, Sequence[str | None]]
) -> dict[str, str | None] | None:
    """The keys of spend that says this of itself; None where a filter, which asks for names, drops it."""
    named = dict(zip(DIMENSIONS, said, strict=True)) | {"channel": channel_of(said)}
    return named if all(named[name] in keys for name, keys in filters.items()) else None
