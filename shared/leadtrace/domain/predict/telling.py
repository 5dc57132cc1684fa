"""A model prepared to be asked on the hot path: what it says of a lead, with reasons, for its snapshot.

A law says that the parts sum, feature by feature, to what `contributions` says of the stored terms.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, TypeAlias

from leadtrace.domain.predict.features import TEAM, Features
from leadtrace.domain.predict.model import StoredModel
from leadtrace.domain.predict.terms import (
    BASE,
    MICRO,
    TAG,
    Choice,
    Line,
    Steps,
    Tags,
    Terms,
    probability,
    whole_micro,
)
from leadtrace.domain.predict.words import EVERY_LEAD, TAGGED, number_in_words, words_of
from leadtrace.events.snapshots import Predicted, PredictedPart

_Scale: TypeAlias = Line | Steps
# A property is free text: what no model names is cut, so that a body stays small.
_LONGEST_SAID: Final = 80


class Teller:
    """Says what a model predicts; a part that adds nothing is left out."""

    def __init__(self, stored: StoredModel) -> None:
        self.version = stored.version
        self._hash = stored.hash
        self._horizon_days = stored.model.horizon_days
        self._everyone = _Prepared(stored.model.terms)
        self._teams = {team: _Prepared(terms) for team, terms in stored.model.teams.items()}

    def tell(self, features: Features) -> Predicted:
        """The chance and its parts, which sum exactly to the log-odds."""
        parts = self._of(features).parts(features)
        total = sum([part.micro for part in parts])
        return Predicted(
            model_version=self.version,
            model_hash=self._hash,
            horizon_days=self._horizon_days,
            log_odds=total,
            probability=probability(total),
            parts=tuple(parts),
        )

    def _of(self, features: Features) -> "_Prepared":
        if not self._teams:
            return self._everyone
        return self._teams.get(features.texts.get(TEAM, ""), self._everyone)


class _Prepared:
    """Terms by feature: parts of texts made once and looked up, numbers computed."""

    def __init__(self, terms: Terms) -> None:
        base = PredictedPart(BASE, whole_micro(terms.base), EVERY_LEAD)
        self._base = [base] if base.micro else []
        choices: dict[str, list[Choice]] = {}
        scales: dict[str, list[_Scale]] = {}
        tags: dict[str, int] = {}
        for part in terms.parts:
            match part:
                case Choice():
                    choices.setdefault(part.name, []).append(part)
                case Line() | Steps():
                    scales.setdefault(part.name, []).append(part)
                case Tags():
                    for tag, adds in part.values.items():
                        tags[tag] = tags.get(tag, 0) + whole_micro(adds)
        self._texts = [_Text(name, parts) for name, parts in choices.items()]
        self._numbers = [_Number(name, parts) for name, parts in scales.items()]
        self._tags = {tag: PredictedPart(TAG, micro, TAGGED + tag) for tag, micro in tags.items() if micro}

    def parts(self, features: Features) -> list[PredictedPart]:
        """Those that add something."""
        told = self._base.copy()
        texts, numbers = features.texts, features.numbers
        for text in self._texts:
            part = text.part(texts.get(text.name))
            if part is not None:
                told.append(part)
        for number in self._numbers:
            part = number.part(numbers.get(number.name))
            if part is not None:
                told.append(part)
        if self._tags:
            told += [self._tags[tag] for tag in features.tags if tag in self._tags]
        return told


class _Text:
    """What the values of a text add."""

    def __init__(self, name: str, choices: Sequence[Choice]) -> None:
        self.name = name
        self._before, self._after, unknown = words_of(name)
        named = dict.fromkeys(value for one in choices for value in one.values)
        self._known = {
            value: _part(
                name,
                sum([whole_micro(one.values.get(value, one.other)) for one in choices]),
                self._said(value),
            )
            for value in named
        }
        self._missing = _part(name, sum([whole_micro(one.missing) for one in choices]), unknown)
        self._other = sum([whole_micro(one.other) for one in choices])

    def part(self, value: str | None) -> PredictedPart | None:
        """None where it adds nothing."""
        if value is None:
            return self._missing
        if value in self._known:
            return self._known[value]
        return _part(self.name, self._other, self._said(value)) if self._other else None

    def _said(self, value: str) -> str:
        return f"{self._before}{value[:_LONGEST_SAID]}{self._after}"


class _Number:
    """What a number adds by its lines and steps."""

    def __init__(self, name: str, scales: Sequence[_Scale]) -> None:
        self.name = name
        self._scales = tuple(scales)
        self._before, self._after, unknown = words_of(name)
        self._missing = _part(name, sum([whole_micro(one.missing) for one in scales]), unknown)

    def part(self, number: float | None) -> PredictedPart | None:
        """None where it adds nothing."""
        if number is None:
            return self._missing
        micro = 0
        for one in self._scales:
            if isinstance(one, Line):
                within = min(max(number, one.low), one.high)
                micro += round(one.slope * ((within - one.mean) / one.scale) * MICRO)
            else:
                micro += round(one.values[bisect_right(one.edges, number)] * MICRO)
        if not micro:
            return None
        return PredictedPart(self.name, micro, f"{self._before}{number_in_words(number)}{self._after}")


def _part(name: str, micro: int, because: str) -> PredictedPart | None:
    return PredictedPart(name, micro, because) if micro else None
