"""How the predictive part of a score is told: a chance, its log-odds, and what each feature adds to them."""

from typing import Any

from pydantic import Field

from leadtrace.events.snapshots import Predicted
from leadtrace_api.schemas import Answer


class PredictedPartThen(Answer):
    """What one feature adds to the log-odds."""

    feature: str = Field(description="A property, or one of the story: `lead:…`, `touch:…`.")
    micro_log_odds: int = Field(description="Millionths of natural log-odds.")
    because: str


class ModelRef(Answer):
    """Which model says so; `/v1/models/{version}` tells what it was learnt from."""

    version: int
    hash: str


class PredictedThen(Answer):
    """P(won within the horizon), judged at the moment of the score; the parts sum exactly to the log-odds."""

    probability: float
    micro_log_odds: int = Field(description="Millionths of natural log-odds, the sum of the parts.")
    horizon_days: int = Field(description="A win counts if it comes within so many days after `at`.")
    model: ModelRef
    parts: tuple[PredictedPartThen, ...]


EXAMPLE: dict[str, Any] = {
    "probability": 0.345246,
    "micro_log_odds": -640000,
    "horizon_days": 180,
    "model": {"version": 3, "hash": "9c1f0d6b0f4b4c0e8c6f1a52f6d7b1de6f5f9d8f3a6b5c4d3e2f1a0b9c8d7e6f"},
    "parts": [
        {"feature": "base", "micro_log_odds": -1120000, "because": "where every lead begins"},
        {"feature": "industry", "micro_log_odds": 730000, "because": "industry is logistics"},
        {"feature": "touch:days_since_last", "micro_log_odds": -250000, "because": "no touch known"},
    ],
}


def told(predicted: Predicted | None) -> PredictedThen | None:
    """The prediction of a snapshot as it is answered."""
    if predicted is None:
        return None
    return PredictedThen(
        probability=predicted.probability,
        micro_log_odds=predicted.log_odds,
        horizon_days=predicted.horizon_days,
        model=ModelRef(version=predicted.model_version, hash=predicted.model_hash),
        parts=tuple(
            PredictedPartThen(feature=part.feature, micro_log_odds=part.micro, because=part.because)
            for part in predicted.parts
        ),
    )
