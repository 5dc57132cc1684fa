"""By which horizons and at which ages scores are judged: all of these are computed, and no others asked."""

from enum import IntEnum
from typing import Final


class Horizon(IntEnum):
    """Within how many days a win counts."""

    QUARTER = 90
    HALF_YEAR = 180
    YEAR = 365


class Age(IntEnum):
    """How many days after its capture a lead is judged."""

    NEXT_DAY = 1
    NEXT_WEEK = 7
    NEXT_MONTH = 30


EACH: Final = len(Horizon) * len(Age)
