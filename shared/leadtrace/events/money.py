"""The money of a won deal as snapshots tell it, step by step."""

from enum import StrEnum

import msgspec


class MoneyKind(StrEnum):
    """Why the money of a won deal came or went."""

    WIN = "win"
    REFUND = "refund"
    RENEWAL = "renewal"
    EXPANSION = "expansion"
    CHURN = "churn"


class Booking(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Money that came, or went if below 0, at `at` (µs): `amount` in minor units of `currency`.

    `counted` is the same in minor units of `counted_in`: the reporting currency where there is a rate.
    """

    at: int
    kind: MoneyKind
    amount: int
    currency: str
    counted: int
    counted_in: str
