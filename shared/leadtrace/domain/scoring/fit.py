"""Fit: one answer a rule, changed only when the rule's property changes; disqualifiers take it to 0."""

from leadtrace.domain.fact import Value
from leadtrace.domain.scoring.card import PreparedCard
from leadtrace.domain.scoring.conditions import folded
from leadtrace.domain.scoring.state import ScoreState
from leadtrace.events.snapshots import Contribution


def set_property(card: PreparedCard, state: ScoreState, name: str, value: Value) -> bool:
    """Judge what reads a property anew; an empty value is not known. True if the value is known."""
    text = "" if value is None else folded(str(value))
    for index in card.rules_of.get(name, ()):
        state.answers[index] = card.rules[index].judge(text or None)
    for index in card.disqualifiers_of.get(name, ()):
        if text and card.disqualifiers[index].holds(text):
            state.disqualified |= 1 << index
        else:
            state.disqualified &= ~(1 << index)
    return bool(text)


def fit_of(card: PreparedCard, state: ScoreState) -> int:
    """Fit in millipoints: the sum of `fit_contributions`."""
    total = sum([points[answer] for points, answer in zip(card.fit_points, state.answers, strict=True)])
    return min(total, 0) if state.disqualified else total


def fit_contributions(card: PreparedCard, state: ScoreState) -> list[Contribution]:
    """Why fit is what it is: every rule, also the one that adds nothing, then the disqualifiers."""
    rows = [rule.answers[answer] for rule, answer in zip(card.rules, state.answers, strict=True)]
    left = max(0, sum(row.millipoints for row in rows)) if state.disqualified else 0
    for index, disqualifier in enumerate(card.disqualifiers):
        if state.disqualified >> index & 1:
            # The first one takes all there is, so that the sum still holds.
            rows.append(Contribution(disqualifier.name, -left, disqualifier.because))
            left = 0
    return rows
