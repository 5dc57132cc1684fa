"""What a training is asked for and what it answers, as JSON between two processes.

Equal requests get equal bytes back: nothing in an answer tells when or how fast it was made.
"""

from enum import StrEnum
from typing import Final

import msgspec

from leadtrace.domain.predict.dataset import Dataset, canonical
from leadtrace.domain.predict.evaluation import Evaluation
from leadtrace.domain.predict.folds import FOLDS, Split
from leadtrace.domain.predict.judgement import Bar
from leadtrace.domain.predict.losses import Gain
from leadtrace.domain.predict.model import StoredModel

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class Rival(StrEnum):
    """What a model must beat, by the names under which results speak of it."""

    BASE_RATE = "the base rate"
    RULES = "the rules"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Train on `dataset` and judge by `bar`; the model gets `version`. `seed` deals out every random fold."""

    dataset: Dataset
    version: int
    seed: int
    split: Split = Split.BY_TIME
    folds: int = FOLDS
    bar: Bar = Bar()


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The chosen model, whether it may speak, and if not why, in sentences.

    `evaluations` holds every model and rival by name, all on the same `tried` rows, none of which its model
    had seen; `gains` what the chosen model gains over each rival, None where one could not be asked.
    Without enough outcomes nothing is trained: then `model` and `chosen` are None. `libraries` made the
    numbers.
    """

    active: bool
    objections: tuple[str, ...]
    wins: int
    losses: int
    censored: int
    tried: int = 0
    split: Split
    folds: int = 0
    chosen: str | None = None
    model: StoredModel | None = None
    evaluations: dict[str, Evaluation] = {}
    gains: dict[str, Gain | None] = {}
    libraries: dict[str, str] = {}


def encode_request(request: Request) -> bytes:
    """The request as the child reads it."""
    return _ENCODER.encode(request)


def decode_request(data: bytes) -> Request:
    """The request of `encode_request`, its rows in canonical order.

    Raises:
        msgspec.DecodeError: the bytes are of another shape.
        ValueError: a row cannot be learnt from; see `canonical`.
    """
    request = msgspec.json.decode(data, type=Request)
    return msgspec.structs.replace(request, dataset=canonical(request.dataset))


def encode_result(result: Result) -> bytes:
    """Canonical JSON: equal results give equal bytes."""
    return _ENCODER.encode(result)


def decode_result(data: bytes) -> Result:
    """The result of `encode_result`.

    Raises:
        msgspec.DecodeError: the bytes are of another shape.
    """
    return msgspec.json.decode(data, type=Result)
