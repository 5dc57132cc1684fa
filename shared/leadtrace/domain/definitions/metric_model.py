"""The metric catalogue as structs: what each number is called, who answers for it, what it is good for.

It is a file of its own, since no number depends on it: a change of it moves no hash of a score.
"""

import hashlib
from enum import StrEnum

import msgspec

from leadtrace.domain.definitions.block import Block

PLACEHOLDER = "{each}"
_ENCODER = msgspec.json.Encoder(order="sorted")


class MetricUnit(StrEnum):
    """What a number counts; money is in units of its currency, a ratio a share between 0 and 1.

    An index has no unit and may be any number; a month has 30.4375 days.
    """

    LEADS = "leads"
    ENTRIES = "entries"
    CUSTOMERS = "customers"
    DEALS = "deals"
    RATIO = "ratio"
    INDEX = "index"
    SECONDS = "seconds"
    MONTHS = "months"
    MONEY = "money"


class MetricKind(StrEnum):
    """How a number stands to revenue: moves before it, moves with it, or can rise while it falls."""

    LEADING = "leading"
    COINCIDENT = "coincident"
    VANITY = "vanity"


class MetricRow(Block, frozen=True, kw_only=True):
    """A metric, or one for each text of `each`, which stands wherever the row says `{each}`.

    `decision` says what somebody decides by it, `revenue_link` how it leads to money; `kind` is left out
    where it cannot be said.
    """

    name: str
    unit: MetricUnit
    description: str
    formula: str
    owner: str
    decision: str
    revenue_link: str
    kind: MetricKind | None = None
    each: tuple[str, ...] = ()


class MetricCatalogue(Block, frozen=True, kw_only=True):
    """Every metric that is served."""

    version: int
    metrics: tuple[MetricRow, ...]


def metrics_of(catalogue: MetricCatalogue) -> dict[str, MetricRow]:
    """Each metric by its name, with `{each}` filled in."""
    return {one.name: one for row in catalogue.metrics for one in filled(row)}


def filled(row: MetricRow) -> tuple[MetricRow, ...]:
    """The metrics that a row stands for."""
    return tuple(_with(row, text) for text in row.each) if row.each else (row,)


def _with(row: MetricRow, text: str) -> MetricRow:
    texts = ("name", "description", "formula", "owner", "decision", "revenue_link")
    given = {field: getattr(row, field).replace(PLACEHOLDER, text) for field in texts}
    return msgspec.structs.replace(row, **given, each=())


def catalogue_hash(catalogue: MetricCatalogue) -> str:
    """SHA-256 of what the catalogue says, in hexadecimal; comments and key order do not change it."""
    return hashlib.sha256(_ENCODER.encode(catalogue)).hexdigest()
