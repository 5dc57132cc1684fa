"""A trained model as stored data: calibrated terms, what they were learnt from, a version and a hash.

Scoring needs nothing else, so that a score of long ago can be told again from the model that gave it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.features import TEAM, Features
from leadtrace.domain.predict.terms import (
    Contribution,
    Terms,
    contributions,
    flaws,
    log_odds_of,
    probabilities,
    probability,
)

# Raised whenever the same stored terms would score otherwise.
FORMAT: Final = 1

_ENCODER = msgspec.json.Encoder(order="deterministic")


class Kind(StrEnum):
    """How a model was learnt; scoring does not care."""

    NAIVE_BAYES = "naive_bayes"
    LOGISTIC = "logistic"


class Calibration(msgspec.Struct, frozen=True):
    """The line over the learnt log-odds that the terms have in them already (`platt`)."""

    slope: float
    offset: float


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """P(won within `horizon_days`); `teams` are judged by terms of their own, everyone else by `terms`.

    `trained_on` is the digest of the dataset.
    """

    format: int = FORMAT
    kind: Kind
    horizon_days: int
    terms: Terms
    teams: dict[str, Terms] = {}
    calibration: Calibration
    trained_on: str
    wins: int
    losses: int


class StoredModel(msgspec.Struct, frozen=True):
    """A model under the number that its store gave it; `hash` is the SHA-256 of the model, in hexadecimal."""

    version: int
    hash: str
    model: Model


class Explanation(msgspec.Struct, frozen=True):
    """A score and why: the contributions sum exactly to `log_odds`, all in millionths, calibration within."""

    log_odds: int
    probability: float
    contributions: tuple[Contribution, ...]


def encode_model(model: Model) -> bytes:
    """Canonical JSON: equal models give equal bytes."""
    return _ENCODER.encode(model)


def store_model(model: Model, version: int) -> StoredModel:
    """The model under a version, with its hash.

    Raises:
        ValueError: it cannot score every lead.
    """
    stored = StoredModel(version, _hash(model), model)
    check_model(stored)
    return stored


def check_model(stored: StoredModel) -> None:
    """Look at a model that comes from outside before it scores anything.

    Raises: ValueError: the hash is of another model, the format is not known, or a number in it is no
        number to score by.
    """
    model = stored.model
    if model.format != FORMAT:
        raise ValueError(f"model {stored.version} has the format {model.format}; this code knows {FORMAT}")
    if stored.hash != _hash(model):
        raise ValueError(f"model {stored.version} is not the one that its hash {stored.hash} was made of")
    found = [flaw for terms in (model.terms, *model.teams.values()) for flaw in flaws(terms)]
    if found:
        raise ValueError(f"model {stored.version} cannot score: {'; '.join(found)}")


def explain(model: Model, features: Features) -> Explanation:
    """The score of one lead and every contribution to it."""
    rows = tuple(contributions(_terms_for(model, features), features))
    total = sum(row.micro for row in rows)
    return Explanation(total, probability(total), rows)


def log_odds_by(model: Model, leads: Sequence[Features]) -> NDArray[np.int64]:
    """Log-odds of many leads in millionths, shape (leads,), each equal to what `explain` says."""
    return micro_by(model.terms, model.teams, leads)


def micro_by(terms: Terms, teams: Mapping[str, Terms], leads: Sequence[Features]) -> NDArray[np.int64]:
    """Log-odds in millionths by the terms of each lead's team, or by `terms`; shape (leads,)."""
    if not teams:
        return log_odds_of(terms, leads)
    micro = np.zeros(len(leads), dtype=np.int64)
    places: dict[str | None, list[int]] = {}
    for place, lead in enumerate(leads):
        team = lead.texts.get(TEAM)
        places.setdefault(team if team in teams else None, []).append(place)
    for team, of_team in places.items():
        own = terms if team is None else teams[team]
        micro[of_team] = log_odds_of(own, [leads[place] for place in of_team])
    return micro


def predict(model: Model, leads: Sequence[Features]) -> NDArray[np.float64]:
    """P(won within the horizon) of many leads, shape (leads,)."""
    return probabilities(log_odds_by(model, leads))


def _terms_for(model: Model, features: Features) -> Terms:
    team = features.texts.get(TEAM)
    return model.terms if team is None else model.teams.get(team, model.terms)


def _hash(model: Model) -> str:
    return hashlib.sha256(encode_model(model)).hexdigest()
