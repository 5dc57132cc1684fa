"""An additive score: a base and parts, each of which adds log-odds for what it reads of a lead.

Every contribution is rounded to a millionth of log-odds and kept as a whole number, so that contributions
sum to the log-odds to the last bit, on every machine and in any order.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.features import Features
from leadtrace.domain.predict.floats import Floats, sigmoid

MICRO: Final = 1_000_000
# Beyond this a probability is 0 or 1 to every digit, and a million parts still fit 64 bits.
LARGEST: Final = 1_000.0
_DIGITS: Final = 9

# What contributions call what every lead has, and each tag.
BASE: Final = "base"
TAG: Final = "tag"

MicroLogOdds: TypeAlias = NDArray[np.int64]


class Choice(msgspec.Struct, frozen=True, tag="choice", tag_field="reads"):
    """One-hot log-odds of the text `name`: one for each value, for none, and for any other."""

    name: str
    values: dict[str, float]
    missing: float = 0.0
    other: float = 0.0


class Line(msgspec.Struct, frozen=True, tag="line", tag_field="reads"):
    """Log-odds of the number `name`: `slope` per `scale` above `mean`, between `low` and `high` only."""

    name: str
    mean: float
    scale: float
    low: float
    high: float
    slope: float
    missing: float = 0.0


class Steps(msgspec.Struct, frozen=True, tag="steps", tag_field="reads"):
    """Log-odds of the number `name` by interval: `values[k]` from `edges[k - 1]` on, below `edges[k]`."""

    name: str
    edges: tuple[float, ...]
    values: tuple[float, ...]
    missing: float = 0.0


class Tags(msgspec.Struct, frozen=True, tag="tags", tag_field="reads"):
    """Log-odds of each tag that a lead has; one that is not named adds nothing."""

    values: dict[str, float]


Part: TypeAlias = Choice | Line | Steps | Tags


class Terms(msgspec.Struct, frozen=True):
    """The whole score; all log-odds are natural."""

    base: float
    parts: tuple[Part, ...]


class Contribution(NamedTuple):
    """What a lead's value of a feature adds, in millionths of log-odds; a `value` of None is not known."""

    feature: str
    value: str | None
    micro: int


def contributions(terms: Terms, features: Features) -> list[Contribution]:
    """The base and every part, also one that adds nothing; they sum exactly to `log_odds`."""
    rows = [Contribution(BASE, None, whole_micro(terms.base))]
    for part in terms.parts:
        rows += _contributed(part, features)
    return rows


def log_odds(terms: Terms, features: Features) -> int:
    """Of one lead, in millionths."""
    return sum(row.micro for row in contributions(terms, features))


def log_odds_of(terms: Terms, leads: Sequence[Features]) -> MicroLogOdds:
    """Of many leads, in millionths, shape (leads,); equal to `log_odds` of each."""
    total = np.full(len(leads), whole_micro(terms.base), dtype=np.int64)
    numbers = _Numbers(leads)
    for part in terms.parts:
        total += _column(part, leads, numbers)
    return total


def probability(micro: int) -> float:
    """The probability of log-odds in millionths."""
    return share_of(micro / MICRO)


def share_of(log_odds: float) -> float:
    """The probability of natural log-odds, to the last digits also where it is small."""
    if log_odds >= 0.0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1.0 + odds)


def probabilities(micro: MicroLogOdds) -> Floats:
    """The same of many, within the last digits of it; shape (leads,)."""
    return sigmoid(micro / MICRO)


def scaled(terms: Terms, *, slope: float, offset: float) -> Terms:
    """Terms whose log-odds are `slope` times these, plus `offset`, which goes to the base; to nine digits."""

    def by(value: float) -> float:
        return round(max(-LARGEST, min(LARGEST, slope * value)), _DIGITS)

    def mapped(values: dict[str, float]) -> dict[str, float]:
        return {key: by(values[key]) for key in sorted(values)}

    parts: list[Part] = []
    for part in terms.parts:
        match part:
            case Choice():
                parts.append(Choice(part.name, mapped(part.values), by(part.missing), by(part.other)))
            case Line():
                parts.append(msgspec.structs.replace(part, slope=by(part.slope), missing=by(part.missing)))
            case Steps():
                values = tuple(map(by, part.values))
                parts.append(msgspec.structs.replace(part, values=values, missing=by(part.missing)))
            case Tags():
                parts.append(Tags(mapped(part.values)))
    return Terms(round(slope * terms.base + offset, _DIGITS), tuple(parts))


def flaws(terms: Terms) -> list[str]:
    """What makes stored terms unusable, in words; none for terms that can score every lead."""
    found = []
    if not _usable(terms.base):
        found.append(f"base {terms.base}")
    for part in terms.parts:
        match part:
            case Choice():
                numbers = [*part.values.values(), part.missing, part.other]
            case Line():
                numbers = [part.slope, part.missing]
                bounds = (part.mean, part.scale, part.low, part.high)
                if not (all(map(math.isfinite, bounds)) and part.scale > 0 and part.low <= part.high):
                    found.append(f"{part.name}: {bounds} are no mean, scale and bounds")
            case Steps():
                numbers = [*part.values, part.missing]
                rising = all(a < b for a, b in zip(part.edges, part.edges[1:], strict=False))
                if len(part.values) != len(part.edges) + 1 or not rising:
                    found.append(f"{part.name}: {len(part.values)} values for the edges {part.edges}")
            case Tags():
                numbers = list(part.values.values())
        found += [f"{part}: {number}" for number in numbers if not _usable(number)]
    return found


def _usable(number: float) -> bool:
    return math.isfinite(number) and abs(number) <= LARGEST


def whole_micro(value: float) -> int:
    """Log-odds as a whole number of millionths."""
    return round(value * MICRO)


def _contributed(part: Part, features: Features) -> list[Contribution]:
    match part:
        case Choice():
            text = features.texts.get(part.name)
            adds = part.missing if text is None else part.values.get(text, part.other)
            return [Contribution(part.name, text, whole_micro(adds))]
        case Line():
            number = features.numbers.get(part.name)
            if number is None:
                return [Contribution(part.name, None, whole_micro(part.missing))]
            within = min(max(number, part.low), part.high)
            adds = part.slope * ((within - part.mean) / part.scale)
            return [Contribution(part.name, f"{number:g}", whole_micro(adds))]
        case Steps():
            number = features.numbers.get(part.name)
            if number is None:
                return [Contribution(part.name, None, whole_micro(part.missing))]
            adds = part.values[bisect_right(part.edges, number)]
            return [Contribution(part.name, f"{number:g}", whole_micro(adds))]
        case Tags():
            known = [tag for tag in features.tags if tag in part.values]
            return [Contribution(TAG, tag, whole_micro(part.values[tag])) for tag in known]


class _Numbers:
    """The numbers of many leads by name, read once however many parts ask for them; NaN is none."""

    def __init__(self, leads: Sequence[Features]) -> None:
        self._leads = leads
        self._read: dict[str, NDArray[np.float64]] = {}

    def filled(
        self, name: str, missing: float, adds: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    ) -> MicroLogOdds:
        """What a part adds for each lead, shape (leads,); `adds` is asked about known numbers only."""
        numbers = self._read.get(name)
        if numbers is None:
            nan = math.nan
            numbers = np.array([lead.numbers.get(name, nan) for lead in self._leads], dtype=np.float64)
            self._read[name] = numbers
        known = ~np.isnan(numbers)
        column = np.full(len(numbers), whole_micro(missing), dtype=np.int64)
        column[known] = np.rint(adds(numbers[known]) * MICRO).astype(np.int64)
        return column


def _column(part: Part, leads: Sequence[Features], numbers: _Numbers) -> MicroLogOdds:
    match part:
        case Choice():
            points: dict[str | None, int] = {text: whole_micro(value) for text, value in part.values.items()}
            points[None] = whole_micro(part.missing)
            other, name = whole_micro(part.other), part.name
            return _whole([points.get(lead.texts.get(name), other) for lead in leads])
        case Line():
            return numbers.filled(
                part.name,
                part.missing,
                lambda known: part.slope * ((np.clip(known, part.low, part.high) - part.mean) / part.scale),
            )
        case Steps():
            values, edges = np.asarray(part.values), np.asarray(part.edges)
            return numbers.filled(
                part.name, part.missing, lambda known: values[np.searchsorted(edges, known, side="right")]
            )
        case Tags():
            added = {tag: whole_micro(value) for tag, value in part.values.items()}
            return _whole([sum([added.get(tag, 0) for tag in lead.tags]) for lead in leads])


def _whole(values: Sequence[int]) -> MicroLogOdds:
    return np.array(values, dtype=np.int64)
