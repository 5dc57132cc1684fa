"""Why there is no number where one was asked for."""

from enum import StrEnum
from typing import Final


class Why(StrEnum):
    """Why there is no number."""

    NO_SPEND = "no_spend"
    NO_RATE = "no_rate"
    NEGATIVE_SPEND = "negative_spend"
    NONE_YET = "none_yet"
    NO_STAGE_COSTS = "no_stage_costs"
    NO_MARGIN = "no_margin"
    TOO_YOUNG = "too_young"
    NO_RETURN = "no_return"
    NO_CHURN_YET = "no_churn_yet"


OF_SPEND: Final = (
    "Why value is null. none_yet: n is 0. no_spend: nothing was posted. no_rate: only in currencies without "
    "a rate. negative_spend: credits are more than what was spent."
)
OF_MONTHS: Final = (
    "none_yet: there are no customers. too_young: none of them was one for a day. no_rate: all that they "
    "brought is in currencies without a rate."
)
