"""Value objects of every answer: money, rates, and what each answer says of itself."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from leadtrace.domain.money import to_decimal

RATE_DIGITS = 6
# A deal is divided into millionths.
_MICRO_DIGITS = 6


class Answer(BaseModel):
    """The base of all bodies: frozen, and strict about what it is made of."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Money(Answer):
    """An exact amount; the text has the currency's own number of decimals."""

    amount: str = Field(examples=["1234.50"])
    currency: str = Field(examples=["EUR"])


class Rate(Answer):
    """A share of `n`, rounded to 6 decimals; null when `n` is 0."""

    value: float | None = Field(examples=[0.10525])
    n: int = Field(description="What it is a share of: the number of leads below the line.", examples=[8000])
    method: Literal["plain_ratio", "activity_ratio"] = Field(
        description="plain_ratio: of one cohort's leads, so far. activity_ratio: of what happened in the "
        "range, by different leads perhaps, so that it may exceed 1."
    )
    naive: float | None = Field(description="The plain ratio of the two counts.", examples=[0.10525])


class Duration(Answer):
    """How long `n` of something take, in seconds, by Kaplan-Meier: what lasts is not taken as finished.

    A quantile is null where so many have not been seen to finish.
    """

    p50_s: float | None
    p75_s: float | None
    p90_s: float | None
    p95_s: float | None
    n: int
    censored: int = Field(description="How many of them last, or were not watched to their end.")


class Stamped(Answer):
    """What every answer says of itself."""

    snapshot_at: datetime = Field(description="The moment at which all of the answer was true.")
    definition_version: int = Field(description="The version of the definitions that judged.")


def money(minor: int, currency: str) -> Money:
    """Minor units as money."""
    return Money(amount=f"{to_decimal(minor, currency):f}", currency=currency)


def deals(micros: int) -> str:
    """Millionths of a deal as an exact decimal."""
    return f"{Decimal(micros).scaleb(-_MICRO_DIGITS):f}"


def rate(part: int, n: int, method: Literal["plain_ratio", "activity_ratio"]) -> Rate:
    """`part` of `n` as a rate."""
    value = round(part / n, RATE_DIGITS) if n else None
    return Rate(value=value, n=n, method=method, naive=value)


def points(millipoints: int) -> float:
    """Thousandths of a point as points."""
    return millipoints / 1000
