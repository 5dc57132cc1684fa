"""In which numbers an event counts: those that would be others without it.

What only says again later what it says is left out of the comparison: else neither of the two would count.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from leadtrace.domain.attribution.lead_fold import TOUCH_LIMIT
from leadtrace.domain.calendar import DayOf
from leadtrace.domain.fact import Fact, key_of
from leadtrace.events.catalogue import BY_TYPE, Code
from leadtrace.events.envelope import Event
from leadtrace.events.snapshots import LeadOutcome, LeadStatus
from leadtrace.events.topics import Topic
from leadtrace_api.knowledge.folding import Folds
from leadtrace_api.knowledge.history import History, Told
from leadtrace_api.projector.contribution import (
    REVENUE_MEASURES,
    STAGE_MEASURES,
    Basis,
    Measure,
    cells,
    reached_at,
)
from leadtrace_api.projector.dimensions import DIMENSIONS, keys_of
from leadtrace_api.projector.kept import Cells

_OF_STAGES = frozenset(STAGE_MEASURES)
_OF_MONEY = frozenset(REVENUE_MEASURES)
_ALL = _OF_STAGES | _OF_MONEY
# What events of a type can change at all; of all others nothing that the metrics count is read.
_READ: dict[int, frozenset[Measure]] = {
    Code.LEAD_CAPTURED: _OF_STAGES,
    Code.LEAD_STAGE_CHANGED: _OF_STAGES,
    Code.LEAD_DELETED: frozenset({Measure.CURRENT}),
    Code.LEAD_RESTORED: frozenset({Measure.CURRENT}),
    Code.LEAD_REBOUND: _ALL,
    Code.DEAL_CREATED: _OF_STAGES,
    Code.DEAL_UPDATED: _OF_MONEY,
    Code.DEAL_STAGE_CHANGED: _ALL,
    Code.DEAL_WON: _ALL,
    Code.DEAL_LOST: _ALL,
    Code.DEAL_REOPENED: _ALL,
    Code.DEAL_DELETED: _ALL,
    Code.DEAL_RESTORED: _ALL,
    Code.DEAL_LINKED: _ALL,
    Code.DEAL_UNLINKED: _ALL,
    Code.DEAL_REBOUND: _ALL,
    Code.DEAL_REFUNDED: _OF_MONEY,
    Code.REVENUE_RECORDED: _OF_MONEY,
    Code.EVENT_CORRECTED: _ALL,
}


class Why(StrEnum):
    """Why an event does not count in a kind of number."""

    UNKNOWN_TYPE = "unknown_type"
    CORRECTED = "corrected"
    TOUCH_BEYOND_LIMIT = "touch_beyond_limit"
    NOT_READ = "not_read"
    UNLINKED = "unlinked"
    LEAD_UNKNOWN = "lead_unknown"
    MOVED = "moved"
    VISITOR_ONLY = "visitor_only"
    LEAD_DELETED = "lead_deleted"
    SAYS_NOTHING_NEW = "says_nothing_new"


# Scores are compared as they stood at the latest event, before anything fades.
_NEVER = 0
# How many of its first values say what a fact says, of types that are often told twice.
_SAID_AGAIN: dict[int, int] = {
    Code.LEAD_CAPTURED: 0,
    Code.LEAD_STAGE_CHANGED: 1,
    Code.DEAL_CREATED: 0,
    Code.DEAL_WON: 0,
    Code.DEAL_LOST: 0,
    Code.DEAL_LINKED: 2,
}
_Place: TypeAlias = tuple[Basis, date, str, Measure]


@dataclass(frozen=True, slots=True)
class Count:
    """What the event adds to a number of one lead; money in minor units."""

    lead: UUID
    measure: Measure
    name: str
    basis: Basis
    day: date
    change: int


@dataclass(frozen=True, slots=True)
class Scored:
    """What the event adds to the score of one lead, in thousandths of a point."""

    lead: UUID
    fit: int
    intent: int


@dataclass(frozen=True, slots=True)
class Turned:
    """A dimension of one lead that is another one because of the event."""

    lead: UUID
    dimension: str
    without: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What one lead has of the event; `outcome` is None where nothing is known of the lead."""

    counts: tuple[Count, ...]
    scored: Scored | None
    turned: tuple[Turned, ...]
    outcome: LeadOutcome | None


def counted(folds: Folds, history: History, event: Event, day_of: DayOf) -> Counted:
    """Fold the lead with the event and without it."""
    echoes = _echoes(history, event)
    unechoed = history.only(lambda told: id(told) not in echoes, lambda _: True)
    without = unechoed.only(lambda told: not _is(told, event), lambda _: True)
    outcome, other = folds.outcome(history, _NEVER), folds.outcome(without, _NEVER)
    real = Counter(dict(_by_place(cells(outcome, day_of))))
    told = Counter(dict(_by_place(cells(folds.outcome(unechoed, _NEVER), day_of))))
    spared = Counter(dict(_by_place(cells(other, day_of))))
    return Counted(
        tuple(_counts(history.lead, _own(outcome, event, day_of) | _changes(real, told, spared))),
        _scored(folds, history, history.only(lambda told: not _is(told, event), lambda _: True)),
        tuple(_turned(history.lead, outcome, other)),
        outcome,
    )


def reason_not(measure: Measure, event: Event, found: Iterable[Counted], *, void: bool) -> Why:
    """Why the event counts in no number of a measure: the first reason that holds."""
    row = BY_TYPE.get(event.type)
    if row is None:
        return Why.UNKNOWN_TYPE
    outcomes = [one.outcome for one in found if one.outcome is not None]
    touch = row.code == Code.TOUCHPOINT_RECORDED
    reasons = {
        Why.CORRECTED: void,
        Why.TOUCH_BEYOND_LIMIT: touch and any(one.touches > TOUCH_LIMIT for one in outcomes),
        Why.NOT_READ: measure not in _READ.get(row.code, frozenset()),
        Why.UNLINKED: not outcomes and row.topic is Topic.DEAL_EVENTS,
        Why.LEAD_UNKNOWN: not outcomes,
        Why.MOVED: all(one.redirect_to is not None for one in outcomes),
        Why.VISITOR_ONLY: all(one.status is LeadStatus.VISITOR for one in outcomes),
        Why.LEAD_DELETED: all(one.status is LeadStatus.DELETED for one in outcomes),
    }
    return next((why for why, holds in reasons.items() if holds), Why.SAYS_NOTHING_NEW)


def _is(told: Told, event: Event) -> bool:
    return (told.event.source, told.event.id) == (event.source, event.id)


def _echoes(history: History, event: Event) -> set[int]:
    """The events, by identity in memory, that say of the same record later what this one says."""
    own = next((told.outcome for told in history.events() if _is(told, event)), None)
    said = _said(own) if own is not None else None
    if own is None or said is None:
        return set()
    return {
        id(told)
        for told in history.events()
        if _said(told.outcome) == said and key_of(told.outcome) > key_of(own)
    }


def _said(fact: Fact) -> tuple[object, ...] | None:
    """What a fact says of its record, if it may be said again."""
    words = _SAID_AGAIN.get(fact.code)
    return None if words is None else (fact.code, fact.source, fact.subject, *fact.values[:words])


def _by_place(made: Cells) -> Iterable[tuple[_Place, int]]:
    total: Counter[_Place] = Counter()
    for ((_, basis, day, name), _, measure), amount in made:
        if measure is not Measure.MOVED:
            total[basis, day, name, measure] += amount
    return total.items()


def _own(outcome: LeadOutcome | None, event: Event, day_of: DayOf) -> dict[_Place, int]:
    """The entries to stages that name the event: theirs it is, though another would have made them too."""
    if outcome is None or outcome.captured_at is None:
        return {}
    reached, cohort = reached_at(outcome), day_of(outcome.captured_at)
    own: dict[_Place, int] = {}
    for entry in outcome.transitions:
        if entry.event == f"{event.source} {event.id}":
            for basis, day in ((Basis.COHORT, cohort), (Basis.ACTIVITY, day_of(entry.at))):
                own[basis, day, entry.stage.value, Measure.ENTERED] = 1
                if reached.get(entry.stage) == entry.at:
                    own[basis, day, entry.stage.value, Measure.REACHED] = 1
    return own


def _changes(real: Counter[_Place], told: Counter[_Place], spared: Counter[_Place]) -> dict[_Place, int]:
    """What the event changes, as far as it is still so."""
    changes: dict[_Place, int] = {}
    for place in {*told, *spared}:
        change = told[place] - spared[place]
        still = real[place] >= told[place] if change > 0 else real[place] <= told[place]
        if change and still:
            changes[place] = change
    return changes


def _counts(lead: UUID, changes: Mapping[_Place, int]) -> Iterable[Count]:
    for place in sorted(changes):
        basis, day, name, measure = place
        yield Count(lead, measure, name, basis, day, changes[place])


def _scored(folds: Folds, history: History, without: History) -> Scored | None:
    score, other = folds.score(history, _NEVER), folds.score(without, _NEVER)
    if score is None:
        return None
    fit, intent = score.fit - (other.fit if other else 0), score.intent - (other.intent if other else 0)
    return Scored(history.lead, fit, intent) if fit or intent else None


def _turned(lead: UUID, outcome: LeadOutcome | None, other: LeadOutcome | None) -> Iterable[Turned]:
    if outcome is None or other is None:
        return
    for dimension, without, key in zip(DIMENSIONS, keys_of(other), keys_of(outcome), strict=True):
        if without != key:
            yield Turned(lead, dimension, without, key)
