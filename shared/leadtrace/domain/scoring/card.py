"""The scorecard prepared for folding: look-ups by property and signal, whole millipoints, ready sentences."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.definitions.millipoints import millipoints
from leadtrace.domain.definitions.model import Disqualifier, FitRule, Intent, Scorecard, Signal
from leadtrace.domain.definitions.words import (
    disqualifier_name,
    otherwise_words,
    plain,
    property_words,
    unknown_words,
)
from leadtrace.domain.fact import Value
from leadtrace.domain.scoring.conditions import (
    SIGNAL,
    Holds,
    TouchCondition,
    folded_touch,
    property_condition,
)
from leadtrace.events.snapshots import Contribution

_REMEMBERED_TOUCHES = 4096

# Which answer of a fit rule holds, before its cases by their place.
UNKNOWN, OTHERWISE, FIRST_CASE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class PreparedRule:
    """A fit rule: `answers[k]` is what answer k contributes."""

    property: str
    cases: tuple[Holds, ...]
    answers: tuple[Contribution, ...]

    def judge(self, value: str | None) -> int:
        """The answer for a folded value; None means that it is not known."""
        if value is None:
            return UNKNOWN
        for index, holds in enumerate(self.cases, start=FIRST_CASE):
            if holds(value):
                return index
        return OTHERWISE


@dataclass(frozen=True, slots=True)
class PreparedDisqualifier:
    """A disqualifier; `name` is what verdicts and contributions call it."""

    property: str
    holds: Holds
    name: str
    because: str


@dataclass(frozen=True, slots=True)
class PreparedSignal:
    """An intent signal; `cap` in millipoints, `group` by place."""

    index: int
    condition: TouchCondition
    points: int
    half_life_us: int
    cap: int | None
    group: int | None
    once_only: bool
    name: str
    because: str


class PreparedCard:
    """Everything that a step looks up."""

    def __init__(self, card: Scorecard) -> None:
        self.rules = tuple(map(_rule, card.fit))
        self.fit_points = tuple(tuple(answer.millipoints for answer in rule.answers) for rule in self.rules)
        self.disqualifiers = tuple(map(_disqualifier, card.disqualifiers))
        self.signals = _signals(card.intent)
        self.groups = tuple((group.id, millipoints(group.cap)) for group in card.intent.groups)
        per_day = card.intent.cap_per_day
        self.cap_per_day = None if per_day is None else millipoints(per_day)
        self.rules_of: dict[str, list[int]] = defaultdict(list)
        for index, rule in enumerate(self.rules):
            self.rules_of[rule.property].append(index)
        self.disqualifiers_of: dict[str, list[int]] = defaultdict(list)
        for index, disqualifier in enumerate(self.disqualifiers):
            self.disqualifiers_of[disqualifier.property].append(index)
        self._without_signal = tuple(s for s in self.signals if s.condition.signals is None)
        named = {text for signal in self.signals for text in signal.condition.signals or ()}
        self._by_signal = {text: self._candidates(text) for text in named}
        # Touchpoints repeat: most of a campaign's differ in nothing that counts here.
        self.shown = lru_cache(maxsize=_REMEMBERED_TOUCHES)(self._shown)

    def _candidates(self, text: str) -> tuple[PreparedSignal, ...]:
        return tuple(s for s in self.signals if s.condition.signals is None or text in s.condition.signals)

    def _shown(self, values: tuple[Value, ...]) -> tuple[PreparedSignal, ...]:
        """The signals that a touchpoint fact shows, in the order of the file."""
        touch = folded_touch(values)
        candidates = self._by_signal.get(touch[SIGNAL], self._without_signal)
        return tuple(signal for signal in candidates if signal.condition.holds(touch))


def _rule(rule: FitRule) -> PreparedRule:
    unknown = Contribution(rule.id, millipoints(rule.unknown), unknown_words(rule.property))
    otherwise = Contribution(rule.id, millipoints(rule.otherwise), otherwise_words(rule.property))
    cases = [
        Contribution(rule.id, millipoints(case.points), case.because or property_words(rule.property, case))
        for case in rule.cases
    ]
    return PreparedRule(
        rule.property, tuple(map(property_condition, rule.cases)), (unknown, otherwise, *cases)
    )


def _disqualifier(row: Disqualifier) -> PreparedDisqualifier:
    because = row.because or property_words(row.property, row)
    return PreparedDisqualifier(row.property, property_condition(row), disqualifier_name(row), because)


def _signals(intent: Intent) -> tuple[PreparedSignal, ...]:
    groups = [group.id for group in intent.groups]
    return tuple(_signal(index, signal, groups) for index, signal in enumerate(intent.signals))


def _signal(index: int, signal: Signal, groups: list[str]) -> PreparedSignal:
    return PreparedSignal(
        index=index,
        condition=TouchCondition(signal.match),
        points=millipoints(signal.points),
        half_life_us=millipoints(signal.half_life_days) * (DAY_US // 1000),
        cap=None if signal.cap is None else millipoints(signal.cap),
        group=None if signal.group is None else groups.index(signal.group),
        once_only=signal.once_only,
        name=signal.id,
        because=signal.because or f"half as much after {plain(signal.half_life_days)} days",
    )
