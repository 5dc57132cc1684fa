"""What was ever recorded of a lead and of its deals, and what of it was known as of a moment.

Events stay with their record; where a record belongs is a question of when, too.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.domain.corrections import subject_of
from leadtrace.domain.fact import Fact
from leadtrace.domain.scoring.extract import extract
from leadtrace.events.codec import UndecodableError, decode_event, entity_id
from leadtrace.events.envelope import Event
from leadtrace.runtime.arrivals import Extract, fact_from
from leadtrace_api.knowledge.bindings import Binding, Bindings, Name

Ask: TypeAlias = Callable[..., Awaitable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Told:
    """An event as its readers keep it: a fact for each fold that reads it."""

    recorded: int
    event: Event
    outcome: Fact
    score: Fact | None = None

    @property
    def name(self) -> Name:
        """The record that it is about."""
        return subject_of(self.outcome)

    @property
    def entity(self) -> UUID:
        """The entity that it was published to."""
        return entity_id(self.event.partitionkey)


@dataclass(frozen=True, slots=True)
class History:
    """What may concern one lead: events of leads and of deals, and where records belong.

    `lapsed_before` is set where some of its events are kept no longer: those came before that moment (µs).
    """

    lead: UUID
    of_leads: tuple[Told, ...] = ()
    of_deals: tuple[Told, ...] = ()
    bindings: Bindings = field(default_factory=Bindings)
    lapsed_before: int | None = None

    def until(self, recorded: int) -> "History":
        """What of it was recorded by then (µs)."""
        return self.only(lambda told: told.recorded <= recorded, lambda bound: bound.recorded <= recorded)

    def only(self, told: Callable[[Told], bool], bound: Callable[[Binding], bool]) -> "History":
        """The events and bindings that pass."""
        return History(
            self.lead,
            tuple(filter(told, self.of_leads)),
            tuple(filter(told, self.of_deals)),
            self.bindings.only(bound),
            self.lapsed_before,
        )

    def own(self) -> list[Told]:
        """The events of the records that belong to the lead."""
        return [told for told in self.of_leads if self.bindings.home(told.name, told.entity) == self.lead]

    def deals(self) -> dict[UUID, list[Told]]:
        """The events of each deal, by where their records belong."""
        found: dict[UUID, list[Told]] = {}
        for told in self.of_deals:
            found.setdefault(self.bindings.home(told.name, told.entity), []).append(told)
        return found

    def redirect(self) -> UUID | None:
        """The lead that it was absorbed into."""
        return self.bindings.redirect_of(self.lead)

    def events(self) -> Iterable[Told]:
        """All events."""
        yield from self.of_leads
        yield from self.of_deals


def told_of_lead(body: bytes) -> Told | None:
    """A stored event of a lead; None for a dead letter of its readers, who keep no fact of it either."""
    event = decode_event(body)
    outcome, score = _fact(event, extract_lead), _fact(event, extract)
    return Told(outcome.recorded, event, outcome, score) if outcome is not None else None


def told_of_deal(body: bytes) -> Told | None:
    """A stored event of a deal; None as for a lead's."""
    event = decode_event(body)
    outcome = _fact(event, extract_deal)
    return Told(outcome.recorded, event, outcome) if outcome is not None else None


def _fact(event: Event, read: Extract) -> Fact | None:
    try:
        return fact_from(event, read)
    except UndecodableError:
        return None
