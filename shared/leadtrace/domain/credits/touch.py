"""A touch as attribution sees it: when, of which lead, by which dimensions."""

from typing import NamedTuple, TypeAlias

from leadtrace.domain.definitions.attribution import DIMENSIONS

# One value, or None, for each of `DIMENSIONS`.
Dimensions: TypeAlias = tuple[str | None, ...]

NO_DIMENSIONS: Dimensions = (None,) * len(DIMENSIONS)


class PathTouch(NamedTuple):
    """A touch of `lead` at `at` (µs); `dimensions` are in the order of `DIMENSIONS`."""

    at: int
    lead: str
    dimensions: Dimensions


class Place(NamedTuple):
    """Where credit goes.

    A touch that tells no dimension is attributed to what is unknown; `UNATTRIBUTED` is where no touch is.
    """

    dimensions: Dimensions
    attributed: bool = True


UNATTRIBUTED = Place(NO_DIMENSIONS, attributed=False)
