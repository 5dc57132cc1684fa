"""What a rule needs of one item, and what a rule is made of: actions that draft events."""

from dataclasses import dataclass
from typing import Any, Protocol

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, RefusedError, shown
from leadtrace_ingest.senders.generic.moment import Interval
from leadtrace_ingest.senders.generic.value import Word
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Entity


@dataclass(frozen=True, slots=True)
class Telling:
    """One item as a rule sees it; `time` is the rule's own where it has one."""

    item: Any
    time: Interval
    sequence: str
    actor: str | None
    mapping: Mapping

    @property
    def at_start(self) -> Drafting:
        """Drafts at the earliest moment that the time may mean."""
        return Drafting(self.time.start, self.sequence, self.actor)

    @property
    def at_end(self) -> Drafting:
        """Drafts at the latest moment that the time may mean."""
        return Drafting(self.time.end, self.sequence, self.actor)


class Action(Protocol):
    """One thing that a rule does with an item."""

    def drafts(self, telling: Telling) -> list[Draft]:
        """The events; those of one action have suffixes of their own.

        Raises:
            IgnoredError: the item says nothing.
            RefusedError: something is missing, cannot be read or has no row in the file.
        """


def object_of(word: Word, telling: Telling, *entities: Entity) -> str:
    """The object that a word names.

    Raises:
        RefusedError: the file has no such object, or its records are not of these entities.
    """
    name = word.fixed if word.fixed is not None else word.text(telling.item).strip()
    rules = telling.mapping.objects.get(name)
    if rules is None:
        raise RefusedError(Reason.UNMAPPED_OBJECT, f"{word.where}: `objects` has no {shown(name)}")
    if entities and rules.entity not in entities:
        wanted = " or ".join(entities)
        raise RefusedError(
            Reason.MAPPING_FAILED, f"{word.where}: {shown(name)} is a {rules.entity}, not a {wanted}"
        )
    return name
