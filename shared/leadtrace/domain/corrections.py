"""Which events count no more because a correction says so: a pure function of a set.

A correction may be corrected itself, by one recorded later, which takes it back.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias, cast

from leadtrace.domain.fact import Fact
from leadtrace.events.catalogue import Code
from leadtrace.events.correction import EventCorrected
from leadtrace.events.envelope import Event
from leadtrace.events.times import to_micros

_SUBJECT_SOURCE = 4

Identity: TypeAlias = tuple[str, str]  # source and id of an event


class Correction(NamedTuple):
    """One event says of another that it was told in error; `recorded` (µs) orders corrections."""

    recorded: int
    own: Identity
    corrected: Identity


def void_events(corrections: Iterable[Correction]) -> set[Identity]:
    """The events that count no more, corrections that were taken back among them."""
    void: set[Identity] = set()
    # The newest first: only a later one can take a correction back.
    for one in sorted(corrections, reverse=True):
        if one.own not in void:
            void.add(one.corrected)
    return void


def corrected_by(data: EventCorrected, subject_source: str) -> Identity:
    """The event that a correction speaks of; `subject_source` is whose record both are about."""
    return data.source or subject_source, data.event


def correction_values(event: Event, data: EventCorrected) -> tuple[str, str, str, int, str]:
    """What the fact of a correction holds.

    Source and id of the event that it corrects, the declaration, when it was recorded (µs), whose record both
    are about.
    """
    subject_source = event.subjectsource or event.source
    recorded = to_micros(event.recordedtime)
    return (*corrected_by(data, subject_source), data.declaration.value, recorded, subject_source)


def correction_of(fact: Fact) -> Correction:
    """The correction that a fact holds."""
    source, corrected, _, recorded, _ = cast("tuple[str, str, str, int, str]", fact.values)
    return Correction(recorded, (fact.source, fact.id), (source, corrected))


def effective(facts: Sequence[Fact]) -> Sequence[Fact]:
    """The facts that count; the same sequence if nothing among them was corrected."""
    corrections = [correction_of(fact) for fact in facts if fact.code == Code.EVENT_CORRECTED]
    if not corrections:
        return facts
    void = void_events(corrections)
    return [fact for fact in facts if (fact.source, fact.id) not in void]


def subject_of(fact: Fact) -> tuple[str, str]:
    """Source and subject of the record that a fact is about: a correction goes with what it corrects."""
    source = str(fact.values[_SUBJECT_SOURCE]) if fact.code == Code.EVENT_CORRECTED else fact.source
    return source, fact.subject
