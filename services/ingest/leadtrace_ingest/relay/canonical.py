"""From drafts to canonical events: bound, numbered, encoded as they will stand on the topic."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from leadtrace.bus.protocol import Outgoing
from leadtrace.events.codec import HEADERS, encode
from leadtrace.events.envelope import SPEC_VERSION, Event
from leadtrace.runtime.vault.personal_block import about_event, may_hold_block, with_sealed_block
from leadtrace_ingest.erasure.names import SAME_NAMES, Names
from leadtrace_ingest.identity.subject import Binding, Subject
from leadtrace_ingest.personal.subject_keys import SubjectKey
from leadtrace_ingest.relay.tracing import ChunkTraces, EventTrace
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.senders.item import Bound, Draft, Mapped


class Unbound(msgspec.Struct, frozen=True, gc=False):
    """A draft with the item that it comes from and the subjects that it speaks of."""

    work: Work
    part: int
    draft: Draft
    source: str
    subject: Subject
    refers: tuple[Subject, ...]


class EventRow(NamedTuple):
    """An event as its table holds it, columns in their order there."""

    event_no: int
    intake_id: UUID
    item: int
    part: int
    topic: str
    source: str
    id: str
    type: str
    entity_id: UUID
    subject: str
    occurred_at: datetime
    recorded_at: datetime
    mapping: str
    body: bytes


class Canonical(msgspec.Struct, frozen=True, gc=False):
    """An event as it is stored and as it is published."""

    row: EventRow
    outgoing: Outgoing


def unbound_events(works: Iterable[Work], names: Names = SAME_NAMES) -> list[Unbound]:
    """The drafts of every item that is to be published, their subjects as `names` has them."""
    found = []
    for work in works:
        result = work.result
        if work.original is not None or work.suppressed or not isinstance(result, Mapped):
            continue
        source = result.source
        for part, draft in enumerate(result.drafts, start=work.first_part):
            subject = names.of(draft, Subject(draft.subject_source or source, draft.kind, draft.external_id))
            refers = tuple(
                names.at(Subject(other.source or source, other.kind, other.external_id), draft.time)
                for other in draft.refers
            )
            found.append(Unbound(work, part, draft, source, subject, refers))
    return found


def subjects_of(events: Iterable[Unbound]) -> dict[Subject, datetime]:
    """Every subject that the events speak of, and when the door first received that one of these does.

    What they refer to is bound as well, known or not.
    """
    found: dict[Subject, datetime] = {}
    for event in events:
        received = event.work.received_at
        for subject in (event.subject, *event.refers):
            found[subject] = min(found.get(subject, received), received)
    return found


def named_subjects(events: Iterable[Unbound]) -> set[Subject]:
    """The subjects of events whose data hold a personal block."""
    return {
        event.subject for event in events if event.draft.data is not None and may_hold_block(event.draft.data)
    }


def canonical_events(
    events: Sequence[Unbound],
    bindings: Mapping[Subject, Binding],
    keys: Mapping[Subject, SubjectKey],
    numbers: Sequence[int],
    traces: ChunkTraces | None = None,
) -> list[Canonical]:
    """The events with their bindings and numbers, personal blocks sealed, encoded."""
    return [
        _canonical(event, bindings, keys, number, None if traces is None else traces.of(event.work))
        for event, number in zip(events, numbers, strict=True)
    ]


def event_id_of(event: Unbound) -> str:
    """The id that the event will have."""
    result = event.work.result
    assert isinstance(result, Mapped)  # noqa: S101 - `unbound_events` took no others
    return result.id_of(event.draft)


def completed(event: Unbound, bindings: Mapping[Subject, Binding]) -> bytes:
    """The encoded data of a draft that speaks of other records."""
    if event.draft.complete is None:
        raise ValueError("a draft without data must say how it is completed")
    bound = []
    for subject in event.refers:
        binding = bindings[subject]
        bound.append(Bound(subject.source, subject.name, binding.entity, binding.revision))
    return encode(event.draft.complete(bound))


def _canonical(
    event: Unbound,
    bindings: Mapping[Subject, Binding],
    keys: Mapping[Subject, SubjectKey],
    number: int,
    trace: EventTrace | None,
) -> Canonical:
    work, draft = event.work, event.draft
    delivery = work.row
    binding = bindings[event.subject]
    result = work.result
    assert isinstance(result, Mapped)  # noqa: S101 - `unbound_events` took no others
    event_id = event_id_of(event)
    subject = event.subject.name
    mapping = work.mapping
    data = draft.data if draft.data is not None else completed(event, bindings)
    if event.subject in keys and may_hold_block(data):
        key_id, key = keys[event.subject]
        data = with_sealed_block(data, key, key_id, about_event(event.source, event_id))
    body = encode(
        Event(
            specversion=SPEC_VERSION,
            id=event_id,
            source=event.source,
            type=draft.type,
            subject=subject,
            time=draft.time,
            recordedtime=delivery.received_at,
            partitionkey=binding.entity,
            bindingrev=binding.revision,
            eventno=str(number),
            sourcerank=work.sender.rank,
            sequence=draft.sequence,
            rawid=f"{delivery.name}:{work.item}",
            mapping=mapping,
            correlationid=result.correlation,
            causationid=result.causation,
            traceparent=result.trace if trace is None else trace.traceparent,
            subjectsource=draft.subject_source,
            data=msgspec.Raw(data),
        )
    )
    row = EventRow(
        number,
        delivery.intake_id,
        work.item,
        event.part,
        draft.topic,
        event.source,
        event_id,
        draft.type,
        binding.entity_id,
        subject,
        draft.time,
        delivery.received_at,
        mapping,
        body,
    )
    headers = HEADERS if trace is None else trace.headers
    return Canonical(row, Outgoing(draft.topic, binding.entity.encode(), body, headers))
