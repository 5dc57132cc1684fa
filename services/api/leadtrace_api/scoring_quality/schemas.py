"""The parameters of `GET /v1/scoring/quality` and what it says of a score."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from leadtrace_api.schemas import Answer, Stamped
from leadtrace_api.scoring_quality.asked import Age, Horizon

Interval = tuple[float, float]


class QualityQuery(BaseModel):
    """Parameters of `GET /v1/scoring/quality`."""

    model_config = ConfigDict(frozen=True)

    version: int | None = Field(
        default=None, description="Of these definitions; else of those in force.", ge=1, le=2**31 - 1
    )
    horizon_days: Horizon = Field(
        default=Horizon.HALF_YEAR, description="A win counts if it comes within so many days."
    )
    age_days: Age = Field(
        default=Age.NEXT_WEEK, description="Leads are judged so many days after their capture."
    )


class LeftOut(Answer):
    """Captured leads that are not judged, each by the first reason that holds."""

    deleted: int
    too_young: int = Field(description="Their moment has not come yet.")
    won_before: int
    lost_before: int
    unscored: int = Field(description="No score by their moment, or one that is kept no longer.")


class WonRate(Answer):
    """A share of leads that are won within the horizon."""

    value: float | None = Field(
        description="Weighted by the inverse probability of being watched; null while nobody was watched for "
        "the whole horizon."
    )
    n: int = Field(description="Leads that were judged.")
    method: Literal["inverse_censoring"] = "inverse_censoring"
    interval: Interval | None = Field(description="95 %, Wilson, over the effective number of leads.")
    effective_n: float = Field(description="How many equal leads the weighted ones say as much as (Kish).")
    naive: float | None = Field(description="Won so far of all judged, as if open leads were lost.")
    maturity: float | None = Field(description="Share of the judged leads whose outcome is known.")


class Converted(Answer):
    """What became of leads by the horizon."""

    won: int
    lost: int = Field(description="Lost, or watched past the horizon without a win.")
    censored: int = Field(description="Open and not watched for the whole horizon: neither won nor lost.")
    rate: WonRate


class Lift(Answer):
    """A rate over that of all leads; the interval takes the rate of all as exact."""

    value: float
    interval: Interval


class BandQuality(Converted):
    """A band of the score."""

    band: str
    lift: Lift | None


class BandStep(Answer):
    """By how much a band converts better than the one below it."""

    below: str
    above: str
    difference: float
    interval: Interval = Field(description="95 %, Newcombe.")


class Auc(Answer):
    """The chance that a lead that was won had more points than one that was not; ties count half."""

    value: float
    interval: Interval | None = Field(
        description="95 %, DeLong; null with one win or one loss, or where no pair is out of order."
    )


class Tenth(Answer):
    """A tenth of the leads whose outcome is known, the most points first."""

    leads: int
    rate: float
    lift: float


class ReliabilityGroup(Answer):
    """Leads of which about the same was said."""

    leads: int
    said: float
    observed: float
    interval: Interval


class ForecastQuality(Answer):
    """The points as a probability, by a calibrated line that was learnt from other leads (out of fold)."""

    split: str = Field(
        description="by_time: learnt from what was known before. at_random: of a short history; it flatters."
    )
    leads: int
    won: int
    brier: float
    brier_of_rate: float = Field(description="That of saying the same rate of everyone.")
    skill: float = Field(description="1 - brier / brier_of_rate; 0: the points add nothing to the rate.")
    log_loss: float = Field(description="In nats.")
    log_loss_of_rate: float
    calibration_error: float = Field(description="Mean distance of said and observed over the groups (ECE).")
    slope: float | None = Field(description="Of observed over said rates; 1 when all is well.")
    groups: tuple[ReliabilityGroup, ...]


class BandShare(Answer):
    """What part of the leads a band has."""

    band: str
    recent: float | None
    before: float | None


class HotMonths(Answer):
    """Hot leads of the newest mature 30 days, every one watched for the horizon, against the 180 before."""

    newest: Converted
    trailing: Converted
    newest_share: float | None = Field(description="Hot of all leads that were judged then.")
    trailing_share: float | None
    difference: float | None
    interval: Interval | None


class DriftQuality(Answer):
    """Leads that were judged within the last 30 days against those of the 30 before."""

    recent: int
    before: int
    stability_index: float | None = Field(description="Population stability index of the points (PSI).")
    noise: float | None = Field(description="What it comes to on average without any change.")
    shares: tuple[BandShare, ...]
    hot: HotMonths


class QualityWarning(Answer):
    """What somebody should look at."""

    kind: str
    words: str


class ScoringQuality(Stamped):
    """The answer of `GET /v1/scoring/quality`; `snapshot_at` is when it was computed."""

    horizon_days: int
    age_days: int
    computed_at: datetime = Field(description="Wins and losses are known up to this moment.")
    left_out: LeftOut
    overall: Converted
    bands: tuple[BandQuality, ...] = Field(description="Cold first.")
    steps: tuple[BandStep, ...]
    monotone: bool | None = Field(description="Whether each band converts at least as well as the one below.")
    auc: Auc | None
    tenths: tuple[Tenth, ...]
    forecast: ForecastQuality | None = Field(description="Null while too few outcomes are known.")
    drift: DriftQuality
    warnings: tuple[QualityWarning, ...]
    inflation: bool = Field(description="Whether hot stops converting, by one of the warnings.")
