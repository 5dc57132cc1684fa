"""The path of a conversion: the touches of all its leads in one order, cut and reduced as asked.

The order of what is given never matters, and a path of a path is the same path.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from leadtrace.domain.credits.touch import Dimensions, PathTouch
from leadtrace.domain.definitions.attribution import PathTransform
from leadtrace.domain.scoring.conditions import folded


class PathParameters(msgspec.Struct, frozen=True, kw_only=True):
    """How paths are made; stored with every result.

    `lookback_us` is how far back from the conversion a touch counts (µs; None: as far as is known).
    `drop_direct` leaves out touches of `direct_channels` (folded names) unless the path has no others.
    Touches that tell no channel count as those of one channel.

    Raises:
        ValueError: the lookback window is below 0.
    """

    lookback_us: int | None = None
    transform: PathTransform = PathTransform.UNIQUE
    drop_direct: bool = False
    direct_channels: frozenset[str] = frozenset({"direct_traffic", "direct"})

    def __post_init__(self) -> None:
        """Refuse a window that ends before it begins."""
        if self.lookback_us is not None and self.lookback_us < 0:
            raise ValueError("a lookback window is 0 or more")


class Path(NamedTuple):
    """The touches of a path, oldest first; `cut` says that the lookback window left some out."""

    touches: list[PathTouch]
    cut: bool


def path_of(
    touches: Iterable[PathTouch], *, until: int | None, parameters: PathParameters
) -> list[PathTouch]:
    """The touches of the path until a moment (µs), as `trace_path` finds them."""
    return trace_path(touches, until=until, parameters=parameters).touches


def trace_path(touches: Iterable[PathTouch], *, until: int | None, parameters: PathParameters) -> Path:
    """The path until a moment (µs), or with all touches and without a window if `until` is None.

    Both ends are inclusive: a touch counts from `until - lookback_us` to `until`. Touches of one
    microsecond stand in the order of their leads, then of their dimensions, None first. First the window
    cuts, then direct touches go, then the transform reduces.
    """
    known = sorted((touch for touch in touches if until is None or touch.at <= until), key=_order)
    window = parameters.lookback_us
    if until is None or window is None:
        kept = known
    else:
        kept = [touch for touch in known if touch.at >= until - window]
    path = _reduced(_without_direct(kept, parameters), parameters.transform)
    return Path(path, cut=len(kept) < len(known))


def _order(touch: PathTouch) -> tuple[int, str, list[tuple[bool, str]]]:
    return touch.at, touch.lead, [(value is not None, value or "") for value in touch.dimensions]


def _channel(dimensions: Dimensions) -> str | None:
    return dimensions[0]


def _without_direct(path: list[PathTouch], parameters: PathParameters) -> list[PathTouch]:
    if not parameters.drop_direct:
        return path
    direct = parameters.direct_channels
    return [touch for touch in path if folded(_channel(touch.dimensions) or "") not in direct] or path


def _reduced(path: list[PathTouch], transform: PathTransform) -> list[PathTouch]:
    if transform is PathTransform.UNIQUE:
        return path
    channels = [_channel(touch.dimensions) for touch in path]
    if transform is PathTransform.EXPOSURE:
        return [
            touch for place, touch in enumerate(path) if not place or channels[place] != channels[place - 1]
        ]
    firsts: dict[str | None, PathTouch] = {}
    for channel, touch in zip(channels, path, strict=True):
        firsts.setdefault(channel, touch)
    return list(firsts.values())
