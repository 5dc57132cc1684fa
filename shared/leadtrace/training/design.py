"""The design matrix of the logistic model, and how its coefficients become terms.

One column a frequent text, one for rare ones together and one for none; one for a standardised number and
one for its absence; one a frequent tag. Numbers count only within what was seen, so no lead is far beyond
all that was learnt.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.predict.bins import edges_of
from leadtrace.domain.predict.features import Features
from leadtrace.domain.predict.naive_bayes import FEWEST_OF_A_TAG
from leadtrace.domain.predict.terms import Choice, Line, Part, Steps, Tags, Terms

# Rarer texts share a column: a coefficient of a handful of leads is noise.
FEWEST_OF_A_TEXT: Final = 20
MOST_TEXTS: Final = 50
MOST_TAGS: Final = 50

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TextColumns:
    """Columns of the text `name`: its levels, then other texts, then none."""

    name: str
    levels: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many columns."""
        return len(self.levels) + 2

    def fill(self, matrix: Matrix, leads: Sequence[Features]) -> None:
        """Set the one column of each lead in a matrix of zeros, shape (leads, width)."""
        place_of = {level: place for place, level in enumerate(self.levels)}
        other, missing = len(self.levels), len(self.levels) + 1
        texts = (lead.texts.get(self.name) for lead in leads)
        places = [missing if text is None else place_of.get(text, other) for text in texts]
        matrix[np.arange(len(leads)), places] = 1.0

    def part(self, coefficients: Sequence[float]) -> Part:
        """The term that these coefficients make."""
        *levels, other, missing = coefficients
        return Choice(self.name, dict(zip(self.levels, levels, strict=True)), missing, other)


@dataclass(frozen=True, slots=True)
class NumberColumns:
    """Columns of the number `name`: its standardised value, then its absence."""

    name: str
    mean: float
    scale: float
    low: float
    high: float

    @property
    def width(self) -> int:
        """How many columns."""
        return 2

    def fill(self, matrix: Matrix, leads: Sequence[Features]) -> None:
        """Set both columns of each lead in a matrix of zeros, shape (leads, 2)."""
        for row, lead in enumerate(leads):
            number = lead.numbers.get(self.name)
            if number is None:
                matrix[row, 1] = 1.0
            else:
                matrix[row, 0] = (min(max(number, self.low), self.high) - self.mean) / self.scale

    def part(self, coefficients: Sequence[float]) -> Part:
        """The term that these coefficients make."""
        slope, missing = coefficients
        return Line(self.name, self.mean, self.scale, self.low, self.high, slope, missing)


@dataclass(frozen=True, slots=True)
class StepColumns:
    """Columns of the number `name`: one for each interval, so that what is in the middle may be best."""

    name: str
    edges: tuple[float, ...]

    @property
    def width(self) -> int:
        """How many columns."""
        return len(self.edges) + 1

    def fill(self, matrix: Matrix, leads: Sequence[Features]) -> None:
        """Set one column of each lead whose number is known in a matrix of zeros, shape (leads, width)."""
        for row, lead in enumerate(leads):
            number = lead.numbers.get(self.name)
            if number is not None:
                matrix[row, bisect_right(self.edges, number)] = 1.0

    def part(self, coefficients: Sequence[float]) -> Part:
        """The term that these coefficients make."""
        return Steps(self.name, self.edges, tuple(coefficients))


@dataclass(frozen=True, slots=True)
class TagColumns:
    """One column a tag."""

    tags: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many columns."""
        return len(self.tags)

    def fill(self, matrix: Matrix, leads: Sequence[Features]) -> None:
        """Set the columns of the tags of each lead in a matrix of zeros, shape (leads, tags)."""
        place_of = {tag: place for place, tag in enumerate(self.tags)}
        for row, lead in enumerate(leads):
            for tag in lead.tags:
                if tag in place_of:
                    matrix[row, place_of[tag]] = 1.0

    def part(self, coefficients: Sequence[float]) -> Part:
        """The term that these coefficients make."""
        return Tags(dict(zip(self.tags, coefficients, strict=True)))


Columns = TextColumns | NumberColumns | StepColumns | TagColumns


@dataclass(frozen=True, slots=True)
class Design:
    """All columns in their order."""

    blocks: tuple[Columns, ...]

    def matrix(self, leads: Sequence[Features]) -> Matrix:
        """Shape (leads, columns)."""
        matrix = np.zeros((len(leads), sum(block.width for block in self.blocks)))
        for block, begin, end in self._spans():
            block.fill(matrix[:, begin:end], leads)
        return matrix

    def terms(self, intercept: float, coefficients: Sequence[float]) -> Terms:
        """The additive score of fitted coefficients, one for each column."""
        parts = tuple(block.part(coefficients[begin:end]) for block, begin, end in self._spans())
        return Terms(intercept, parts)

    def _spans(self) -> Iterator[tuple[Columns, int, int]]:
        begin = 0
        for block in self.blocks:
            yield block, begin, begin + block.width
            begin += block.width


def design_for(leads: Sequence[Features], *, texts: Sequence[str], numbers: Sequence[str]) -> Design:
    """The columns that these leads call for; what became of them is not looked at."""
    blocks: list[Columns] = [
        TextColumns(name, _frequent((lead.texts[name] for lead in leads if name in lead.texts), MOST_TEXTS))
        for name in texts
    ]
    for name in numbers:
        blocks.append(_number(name, leads))
        edges = edges_of(lead.numbers[name] for lead in leads if name in lead.numbers)
        if edges:
            blocks.append(StepColumns(name, edges))
    tags = Counter(tag for lead in leads for tag in lead.tags)
    often = [tag for tag, count in tags.items() if count >= FEWEST_OF_A_TAG]
    if often:
        blocks.append(TagColumns(tuple(sorted(often, key=lambda tag: (-tags[tag], tag))[:MOST_TAGS])))
    return Design(tuple(blocks))


def _frequent(texts: Iterator[str], most: int) -> tuple[str, ...]:
    counts = Counter(texts)
    often = [text for text, count in counts.items() if count >= FEWEST_OF_A_TEXT]
    return tuple(sorted(often, key=lambda text: (-counts[text], text))[:most])


def _number(name: str, leads: Sequence[Features]) -> NumberColumns:
    known = np.array([lead.numbers[name] for lead in leads if name in lead.numbers], dtype=np.float64)
    if not len(known):
        return NumberColumns(name, 0.0, 1.0, 0.0, 0.0)
    spread = float(known.std())
    return NumberColumns(
        name, float(known.mean()), spread if spread > 0.0 else 1.0, float(known.min()), float(known.max())
    )
