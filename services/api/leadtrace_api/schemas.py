"""Value objects of every answer: money, rates, and what each answer says of itself."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from leadtrace.domain.money import to_decimal
from leadtrace.domain.survival.intervals import Interval, wilson
from leadtrace_api.written import Written, says

RATE_DIGITS = 6
Ratio: TypeAlias = Literal["wilson", "plain_ratio", "activity_ratio"]
# A deal is divided into millionths.
_MICRO_DIGITS = 6


class Answer(BaseModel):
    """The base of all bodies: frozen, and strict about what it is made of."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Money(Written, frozen=True):
    """An exact amount; the text has the currency's own number of decimals."""

    amount: Annotated[str, says(examples=["1234.50"])]
    currency: Annotated[str, says(examples=["EUR"])]


class Rate(Written, frozen=True):
    """A share of `n`, rounded to 6 decimals; null when `n` is 0."""

    value: Annotated[float | None, says(examples=[0.1183])]
    n: Annotated[int, says("What it is a share of: the number of leads below the line.", examples=[8000])]
    at_risk: Annotated[
        int | None,
        says(
            "How many of them are still open and may yet convert; null for a plain ratio.",
            examples=[412],
        ),
    ]
    method: Annotated[
        Literal["aalen_johansen", "wilson", "plain_ratio", "activity_ratio"],
        says(
            "aalen_johansen: the share converted by the greatest age that was watched, with won and lost "
            "competing and what is open counted for as long as it was seen. wilson: all has ended, so it is "
            "the plain ratio. plain_ratio: of one cohort's leads, so far. activity_ratio: of what happened "
            "in the range, by different leads perhaps, so that it may exceed 1."
        ),
    ]
    interval: Annotated[
        Interval | None,
        says(
            "Of 95 %; null where it is undefined: without conversions or where all of those at risk "
            "converted while others are open, and for ratios.",
            examples=[[0.1099, 0.127]],
        ),
    ]
    naive: Annotated[float | None, says("The plain ratio of the two counts.", examples=[0.10525])]
    late: Annotated[
        int | None,
        says(
            "How many of them were taken over when they had lived a while, and count from that age on. Null "
            "for ratios.",
            examples=[0],
        ),
    ]
    unwatched: Annotated[
        int | None,
        says(
            "How many of them had ended before they were taken over: they are in `n` and `naive`, and in no "
            "other number, since others like them are not known. Null for ratios.",
            examples=[0],
        ),
    ]
    maturity: Annotated[
        float | None,
        says(
            "The part of all conversions to be expected that is there already, by how all leads fared; null "
            "where nobody can tell, and for ratios.",
            examples=[0.93],
        ),
    ]
    immature: Annotated[
        bool | None,
        says(
            "Maturity is below 0.8 or unknown: not to be ranked with others. Null for ratios.",
            examples=[False],
        ),
    ]


class Duration(Written, frozen=True):
    """How long `n` of something take, in seconds: what lasts is not taken as finished.

    A quantile is null where so many have not been seen to finish.
    """

    p50_s: float | None
    p75_s: float | None
    p90_s: float | None
    p95_s: float | None
    n: int
    censored: Annotated[int, says("How many of them last, or were not watched to their end.")]


class Stamped(Answer):
    """What every answer says of itself."""

    snapshot_at: datetime = Field(description="The moment at which all of the answer was true.")
    definition_version: int = Field(description="The version of the definitions that judged.")


class WrittenStamped(Written, frozen=True):
    """The same of answers that are structs."""

    snapshot_at: Annotated[datetime, says("The moment at which all of the answer was true.")]
    definition_version: Annotated[int, says("The version of the definitions that judged.")]


def money(minor: int, currency: str) -> Money:
    """Minor units as money."""
    return Money(amount=f"{to_decimal(minor, currency):f}", currency=currency)


def deals(micros: int) -> str:
    """Millionths of a deal as an exact decimal."""
    return f"{Decimal(micros).scaleb(-_MICRO_DIGITS):f}"


def rate(part: int, n: int, method: Ratio) -> Rate:
    """`part` of `n` as a rate; with an interval if all has ended, which `wilson` says."""
    value = round(part / n, RATE_DIGITS) if n else None
    ended = method == "wilson"
    return Rate(
        value=value,
        n=n,
        at_risk=0 if ended else None,
        method=method,
        interval=rounded_interval(wilson(part, n)) if ended else None,
        naive=value,
        maturity=1.0 if ended and n else None,
        immature=not n if ended else None,
        late=0 if ended else None,
        unwatched=0 if ended else None,
    )


def rounded_interval(interval: Interval | None) -> Interval | None:
    """An interval to the digits that rates are told with."""
    return None if interval is None else (round(interval[0], RATE_DIGITS), round(interval[1], RATE_DIGITS))


def points(millipoints: int) -> float:
    """Thousandths of a point as points."""
    return millipoints / 1000
