"""From records to facts by entity: what cannot be decoded is a dead letter, what is not known yet waits."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from leadtrace.bus.protocol import Record
from leadtrace.domain.corrections import corrected_by, correction_values
from leadtrace.domain.fact import Fact, Value, fact_of
from leadtrace.events.binding import AccountRebound, DealRebound, LeadRebound, Rebound
from leadtrace.events.catalogue import BY_TYPE, Code
from leadtrace.events.codec import UndecodableError, decode_data, decode_event, entity_id, known_type
from leadtrace.events.correction import EventCorrected
from leadtrace.events.envelope import Event
from leadtrace.events.times import to_micros
from leadtrace.store.dead_letters import DeadLetter, DeadReason

# Moments outside these are none that a record of ours can be stamped with.
_EARLIEST_US = to_micros(datetime.min.replace(tzinfo=UTC))
_LATEST_US = to_micros(datetime.max.replace(tzinfo=UTC))

Extract = Callable[[Code, msgspec.Struct], tuple[Value, ...]]


class Arrived(NamedTuple):
    """A fact with its event's number, and the revision of the binding that it came under."""

    number: int
    fact: Fact
    bindingrev: int


@dataclass(slots=True)
class Arrivals:
    """What a batch of records holds: facts by entity, bindings that moved, and its dead letters."""

    facts: dict[UUID, list[Arrived]] = field(default_factory=dict)
    rebounds: list[Rebound] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)

    def numbers(self) -> list[int]:
        """The event numbers of all facts."""
        return [one.number for arrived in self.facts.values() for one in arrived]


def decode(records: Iterable[Record], extract: Extract) -> Arrivals:
    """Group the facts of event records by the entity that they are keyed by."""
    arrivals = Arrivals()
    for record in records:
        event: Event | None = None
        try:
            event = decode_event(record.value)
            fact = fact_from(event, extract)
            arrivals.rebounds += rebounds_in(event)
        except UndecodableError as error:
            arrivals.dead.append(dead_letter(record, error, event))
            continue
        arrived = Arrived(int(event.eventno), fact, event.bindingrev)
        arrivals.facts.setdefault(entity_id(event.partitionkey), []).append(arrived)
    return arrivals


def fact_from(event: Event, extract: Extract) -> Fact:
    """The fact of an event; one of a type not known yet keeps its data for the day when it is.

    Raises:
        UndecodableError: the data does not fit its type.
    """
    row = known_type(event)
    if row is None:
        fact = fact_of(event, code=Code.UNKNOWN, values=(event.type, _text_of(event)))
    else:
        fact = fact_of(event, code=row.code, values=_values(event, row.code, decode_data(event), extract))
    if not _EARLIEST_US <= fact.at <= _LATEST_US:
        raise UndecodableError(f"the moment {event.time.isoformat()} is outside the calendar")
    return fact


def _values(event: Event, code: Code, data: msgspec.Struct, extract: Extract) -> tuple[Value, ...]:
    return correction_values(event, data) if isinstance(data, EventCorrected) else extract(code, data)


def rebounds_in(event: Event) -> tuple[Rebound, ...]:
    """The bindings that an event tells of, if that is what it is there for.

    Raises:
        UndecodableError: the data does not fit its type.
    """
    row = known_type(event)
    if row is None or not row.derived:
        return ()
    data = decode_data(event)
    return data.bindings if isinstance(data, LeadRebound | DealRebound | AccountRebound) else ()


def _text_of(event: Event) -> str:
    try:
        return bytes(event.data).decode()
    except UnicodeDecodeError as error:
        raise UndecodableError(f"{event.type}: {error}") from error


def revived(facts: Sequence[Fact], extract: Extract) -> list[Fact]:
    """The same facts, those of types that this code has learned meanwhile made readable."""
    return [_revive(fact, extract) if fact.code == Code.UNKNOWN else fact for fact in facts]


def _revive(fact: Fact, extract: Extract) -> Fact:
    kind, text = fact.values
    row = BY_TYPE.get(str(kind))
    if row is None:
        return fact
    data = msgspec.json.decode(str(text), type=row.data)
    values = extract(row.code, data)
    if isinstance(data, EventCorrected):
        # Whose record it is about and when it was recorded were not kept; nearly always these are the same.
        values = (*corrected_by(data, fact.source), data.declaration.value, fact.at, fact.source)
    return msgspec.structs.replace(fact, code=row.code, values=values)


def dead_letter(record: Record, error: UndecodableError, event: Event | None = None) -> DeadLetter:
    """The dead letter of a record, with its event number if that could still be read."""
    return DeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        reason=DeadReason.UNDECODABLE,
        detail=str(error),
        event_no=int(event.eventno) if event else None,
    )
