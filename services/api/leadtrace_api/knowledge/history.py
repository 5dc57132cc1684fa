"""What was ever recorded of leads and of their deals, and what of it was known as of a moment.

Events stay with their subject; which lead a subject was bound to is a question of when, too.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.domain.fact import Fact
from leadtrace.domain.scoring.extract import extract
from leadtrace.events.codec import UndecodableError, decode_event
from leadtrace.events.envelope import Event
from leadtrace.events.topics import Topic
from leadtrace.runtime.arrivals import Extract, fact_from

Ask: TypeAlias = Callable[..., Awaitable[Sequence[Any]]]

# The leads' own events, by the leads that their subjects were ever bound to.
_LEAD_EVENTS = """
select e.entity_id, e.body from ingest.pub_events e
where e.entity_id = any($1::uuid[]) and e.topic = $2
  and ($3::bigint is null or e.recorded_at <= timestamptz 'epoch' + $3 * interval '1 microsecond')
order by e.event_no
"""


@dataclass(frozen=True, slots=True)
class Told:
    """An event as its readers keep it: a fact for each fold that reads it."""

    recorded: int
    event: Event
    outcome: Fact
    score: Fact | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Everything recorded of one lead: its own events, and those of each deal that it ever was linked to."""

    own: tuple[Told, ...] = ()
    deals: Mapping[UUID, tuple[Told, ...]] = field(default_factory=dict)

    def until(self, recorded: int) -> "History":
        """What of it was recorded by then (µs)."""
        return self.only(lambda told: told.recorded <= recorded)

    def only(self, known: Callable[[Told], bool]) -> "History":
        """The events that `known` lets pass."""
        return History(
            tuple(filter(known, self.own)),
            {deal: tuple(filter(known, told)) for deal, told in self.deals.items()},
        )

    def everything(self) -> Iterable[Told]:
        """All events."""
        yield from self.own
        for told in self.deals.values():
            yield from told


async def histories(
    ask: Ask, leads: Mapping[UUID, Collection[UUID]], until: int | None = None
) -> dict[UUID, History]:
    """The history of each lead with its deals; `until` (µs) leaves out what was recorded later."""
    deals = {deal for linked in leads.values() for deal in linked}
    own = await _told(ask, leads.keys(), Topic.LEAD_EVENTS, until)
    of_deals = await _told(ask, deals, Topic.DEAL_EVENTS, until) if deals else {}
    return {
        lead: History(own.get(lead, ()), {deal: of_deals.get(deal, ()) for deal in linked})
        for lead, linked in leads.items()
    }


async def _told(
    ask: Ask, entities: Iterable[UUID], topic: Topic, until: int | None
) -> dict[UUID, tuple[Told, ...]]:
    read = _of_lead if topic is Topic.LEAD_EVENTS else _of_deal
    found: dict[UUID, list[Told]] = {}
    for entity, body in await ask(_LEAD_EVENTS, sorted(entities), topic.value, until):
        told = read(decode_event(body))
        if told is not None:
            found.setdefault(entity, []).append(told)
    return {entity: tuple(told) for entity, told in found.items()}


def _of_lead(event: Event) -> Told | None:
    outcome, score = _fact(event, extract_lead), _fact(event, extract)
    return Told(outcome.recorded, event, outcome, score) if outcome is not None else None


def _of_deal(event: Event) -> Told | None:
    outcome = _fact(event, extract_deal)
    return Told(outcome.recorded, event, outcome) if outcome is not None else None


def _fact(event: Event, extract: Extract) -> Fact | None:
    try:
        return fact_from(event, extract)
    except UndecodableError:
        # A dead letter of its readers: they keep no fact of it either.
        return None
