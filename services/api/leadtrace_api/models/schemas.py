"""What is said of models, of what they were tried on, and of the last training."""

from datetime import datetime
from typing import Any

from pydantic import Field

from leadtrace_api.schemas import Answer


class ModelRow(Answer):
    """A model, whether it speaks, and if not why."""

    version: int
    hash: str = Field(description="SHA-256 of the model: equal data give an equal model.")
    kind: str
    active: bool = Field(description="Whether scores are predicted by it now.")
    activated_at: datetime | None = Field(description="Null: it never spoke.")
    retired_at: datetime | None
    retired_because: str | None
    trained_at: datetime
    trained_on: str = Field(description="SHA-256 of the rows that it was learnt from.")
    wins: int
    losses: int
    objections: tuple[str, ...] = Field(description="Why it may not speak.")
    href: str


class TrainingRow(Answer):
    """The last training that came to an end; without a model it says what was lacking."""

    state: str = Field(examples=["done"])
    started_by: str
    started_at: datetime
    ended_at: datetime
    model: int | None = Field(description="The version that it brought, or found again.")
    wins: int | None
    losses: int | None
    censored: int | None = Field(description="Open leads that are not watched for the whole horizon yet.")
    objections: tuple[str, ...]
    left_out: dict[str, int] = Field(description="Leads that taught nothing, by why.")
    error: str | None


class Models(Answer):
    """The answer of `GET /v1/models`: newest first."""

    snapshot_at: datetime
    active: int | None = Field(description="The version that speaks; null: nothing is predicted.")
    training: TrainingRow | None = Field(description="Null: none has come to an end yet.")
    models: tuple[ModelRow, ...]


class Interval(Answer):
    """A figure with its 95 % interval; its ends are null where nothing can be said of them."""

    value: float
    low: float | None
    high: float | None


class Figures(Answer):
    """What forecasts were worth on leads that their model had not learnt from."""

    leads: int
    wins: int
    auc: Interval | None = Field(description="The chance that a win was ranked above a loss.")
    log_loss: float = Field(description="Nats; less is better.")
    brier: float = Field(description="Less is better.")
    calibration_error: float = Field(description="Mean distance of what was said from what came true.")


class Reads(Answer):
    """The properties that a model reads; those of the lead's story it always does."""

    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    tags: tuple[str, ...]


class OneModel(ModelRow):
    """The answer of `GET /v1/models/{version}`."""

    snapshot_at: datetime
    reads: Reads
    censored: int
    tried: int = Field(description="Leads that each forecast was tried on.")
    split: str = Field(description="How leads to try it on were told from those to learn from.")
    evaluations: dict[str, Figures] = Field(description="By model and rival, all on the same leads.")
    gains: dict[str, Interval | None] = Field(
        description="By how much less log loss it has than each rival; null where none could be asked."
    )
    libraries: dict[str, str] = Field(description="What made the numbers.")


_HASH = "9c1f0d6b0f4b4c0e8c6f1a52f6d7b1de6f5f9d8f3a6b5c4d3e2f1a0b9c8d7e6f"
_MODEL: dict[str, Any] = {
    "version": 3,
    "hash": _HASH,
    "kind": "logistic",
    "active": True,
    "activated_at": "2026-04-01T02:00:09Z",
    "retired_at": None,
    "retired_because": None,
    "trained_at": "2026-04-01T02:00:09Z",
    "trained_on": "1b8e5a7c9d0e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f70",
    "wins": 412,
    "losses": 2210,
    "objections": [],
    "href": "/v1/models/3",
}
MODELS: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "active": 3,
    "training": {
        "state": "done",
        "started_by": "schedule",
        "started_at": "2026-04-01T02:00:00Z",
        "ended_at": "2026-04-01T02:00:09Z",
        "model": 3,
        "wins": 412,
        "losses": 2210,
        "censored": 940,
        "objections": [],
        "left_out": {"never captured": 12000, "recorded only after it was looked at": 310},
        "error": None,
    },
    "models": [_MODEL],
}
_FIGURES: dict[str, Any] = {
    "leads": 2098,
    "wins": 330,
    "auc": {"value": 0.712, "low": 0.681, "high": 0.743},
    "log_loss": 0.391,
    "brier": 0.119,
    "calibration_error": 0.021,
}
MODEL: dict[str, Any] = {
    **_MODEL,
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "reads": {"texts": ["industry", "country"], "numbers": ["employees"], "tags": []},
    "censored": 940,
    "tried": 2098,
    "split": "by_time",
    "evaluations": {
        "logistic": _FIGURES,
        "the base rate": {**_FIGURES, "auc": {"value": 0.5, "low": 0.5, "high": 0.5}, "log_loss": 0.436},
    },
    "gains": {"the base rate": {"value": 0.045, "low": 0.031, "high": 0.059}, "the rules": None},
    "libraries": {"numpy": "2.4.6", "scikit-learn": "1.9.1", "scipy": "1.17.1"},
}
