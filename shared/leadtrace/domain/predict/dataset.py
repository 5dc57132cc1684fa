"""What a model is trained on: one row a lead, in one canonical order, with a digest of its own.

A row is a lead at one moment at which it was open, and what became of it by the horizon.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.fact import Fact
from leadtrace.domain.predict.features import Features, Plan, features_at
from leadtrace.domain.predict.outcome import Ending, Known, censoring_weights, outcome_by

_ENCODER = msgspec.json.Encoder(order="deterministic")


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lead at `at` (µs), open then; its outcome was certain at `decided_at` (µs).

    `weight` makes up for leads whose outcome is not known. `rules` is what the scorecard said at `at`, in
    thousandths of a point; None where there was none.
    """

    id: str
    at: int
    decided_at: int
    won: bool
    features: Features
    weight: float = 1.0
    rules: int | None = None


class Dataset(msgspec.Struct, frozen=True):
    """Rows and the names under which their features stand.

    `observed_until` (µs) is until when every win and loss is known; None where each was known at once, so
    that nobody had to be watched and weights stand as they were given. `censored_at` are the moments (µs)
    of leads whose outcome is not known: not learnt from, but they tell how long leads were watched.
    """

    horizon_days: int
    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    rows: tuple[Row, ...]
    observed_until: int | None = None
    censored_at: tuple[int, ...] = ()

    @property
    def censored(self) -> int:
        """How many leads there are whose outcome is not known."""
        return len(self.censored_at)

    @property
    def watched(self) -> int:
        """How many leads were watched for the whole horizon, however they ended; all of them have rows."""
        if self.observed_until is None:
            return len(self.rows)
        newest = self.observed_until - self.horizon_days * DAY_US
        return sum(row.at <= newest for row in self.rows)


class Subject(NamedTuple):
    """A lead as the builder takes it: its facts as scoring keeps them, and how it ended.

    `as_of` (µs) is the state of knowledge, that of `at` if None. Only a lead whose history was imported,
    and would have been known at the time, may say a later one.
    """

    id: str
    facts: Sequence[Fact]
    at: int
    ending: Ending
    team: str | None = None
    rules: int | None = None
    as_of: int | None = None


class Looked(NamedTuple):
    """A lead that was open at `at` as it was seen then; without `features` where its outcome is not known."""

    id: str
    at: int
    ending: Ending
    features: Features | None = None
    rules: int | None = None


def build_dataset(leads: Iterable[Subject], plan: Plan, *, horizon_days: int, observed_until: int) -> Dataset:
    """The rows of all leads that were open at their moment and whose outcome by the horizon is known.

    `observed_until` (µs) is until when every win and loss is known.
    """
    looked = [
        Looked(
            lead.id,
            lead.at,
            lead.ending,
            features_at(lead.facts, plan, at=lead.at, as_of=lead.as_of, team=lead.team),
            lead.rules,
        )
        for lead in leads
        if open_at(lead.ending, at=lead.at, observed_until=observed_until)
    ]
    return dataset_of(looked, plan, horizon_days=horizon_days, observed_until=observed_until)


def open_at(ending: Ending, *, at: int, observed_until: int) -> bool:
    """Whether a lead was open at a moment that was watched: only such a lead can teach anything."""
    return at < observed_until and not ending.by(at)


def dataset_of(leads: Sequence[Looked], plan: Plan, *, horizon_days: int, observed_until: int) -> Dataset:
    """The rows of leads that were open at their moment, as `build_dataset`."""
    horizon_us = horizon_days * DAY_US
    outcomes = [
        outcome_by(lead.ending, at=lead.at, horizon_us=horizon_us, observed_until=observed_until)
        for lead in leads
    ]
    weights = censoring_weights(
        [
            None if known is None else known.decided_at - lead.at
            for lead, known in zip(leads, outcomes, strict=True)
        ],
        [observed_until - lead.at for lead in leads],
    )
    rows = tuple(
        _row(lead, known, float(weight))
        for lead, known, weight in zip(leads, outcomes, weights, strict=True)
        if known is not None
    )
    censored_at = tuple(lead.at for lead, known in zip(leads, outcomes, strict=True) if known is None)
    dataset = Dataset(horizon_days, plan.all_texts, plan.all_numbers, rows, observed_until, censored_at)
    return canonical(dataset)


def _row(lead: Looked, known: Known, weight: float) -> Row:
    assert lead.features is not None  # noqa: S101 - whoever looks at a lead of known outcome says what it saw
    return Row(
        id=lead.id,
        at=lead.at,
        decided_at=known.decided_at,
        won=known.won,
        features=lead.features,
        weight=weight,
        rules=lead.rules,
    )


def canonical(dataset: Dataset) -> Dataset:
    """The same rows in the order of time and id, so that the order in which they came changes nothing.

    Raises:
        ValueError: an id stands twice, or a number is not finite or a weight not above 0.
    """
    rows = tuple(sorted(dataset.rows, key=lambda row: (row.at, row.id)))
    ids = {row.id for row in rows}
    if len(ids) != len(rows):
        raise ValueError(f"{len(rows) - len(ids)} leads stand twice in the data")
    for row in rows:
        if not (math.isfinite(row.weight) and row.weight > 0):
            raise ValueError(f"lead {row.id} has the weight {row.weight}; it must be above 0")
        if not all(map(math.isfinite, row.features.numbers.values())):
            raise ValueError(f"lead {row.id} has a number that is not finite; leave it out instead")
    return msgspec.structs.replace(dataset, rows=rows, censored_at=tuple(sorted(dataset.censored_at)))


def encode_dataset(dataset: Dataset) -> bytes:
    """The dataset as JSON; equal data give equal bytes."""
    return _ENCODER.encode(dataset)


def decode_dataset(data: bytes) -> Dataset:
    """The dataset of `encode_dataset`, in canonical order.

    Raises:
        msgspec.DecodeError: the bytes are of another shape.
        ValueError: see `canonical`.
    """
    return canonical(msgspec.json.decode(data, type=Dataset))


def digest(dataset: Dataset) -> str:
    """SHA-256 of what is learnt from, in canonical form, in hexadecimal.

    Until when leads were watched is no part of it where it changes no weight: data on which the same is
    learnt are the same data.
    """
    learnt = msgspec.structs.replace(canonical(dataset), observed_until=None, censored_at=())
    return hashlib.sha256(encode_dataset(learnt)).hexdigest()


def labels(rows: Sequence[Row]) -> NDArray[np.bool_]:
    """Which rows were won, shape (rows,)."""
    return np.fromiter((row.won for row in rows), dtype=np.bool_, count=len(rows))


def weights_of(rows: Sequence[Row]) -> NDArray[np.float64]:
    """The weight of each row, shape (rows,)."""
    return np.fromiter((row.weight for row in rows), dtype=np.float64, count=len(rows))
