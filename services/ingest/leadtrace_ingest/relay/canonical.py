"""From drafts to canonical events: bound, numbered, encoded as they will stand on the topic."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from leadtrace.events.codec import encode
from leadtrace.events.deal import DealLinked, DealUnlinked, LeadRef
from leadtrace.events.envelope import SPEC_VERSION, Event
from leadtrace_ingest.identity.subject import Binding, Subject
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.senders.item import Draft, Mapped


@dataclass(frozen=True, slots=True)
class Unbound:
    """A draft with the item that it comes from and the subjects that it speaks of."""

    work: Work
    part: int
    draft: Draft
    source: str
    subject: Subject
    linked: Subject | None


@dataclass(frozen=True, slots=True)
class Canonical:
    """An event as it is stored and published."""

    unbound: Unbound
    event_no: int
    id: str
    binding: Binding
    body: bytes

    @property
    def occurred_at(self) -> datetime:
        """When it happened."""
        return self.unbound.draft.time


def unbound_events(works: Iterable[Work]) -> list[Unbound]:
    """The drafts of every item that is to be published."""
    found = []
    for work in works:
        if work.original is not None or not isinstance(work.result, Mapped):
            continue
        source = work.result.source
        for part, draft in enumerate(work.result.drafts):
            subject = Subject(source, draft.kind, draft.external_id)
            linked = Subject(source, draft.link.kind, draft.link.external_id) if draft.link else None
            found.append(Unbound(work, part, draft, source, subject, linked))
    return found


def subjects_of(events: Iterable[Unbound]) -> set[Subject]:
    """Every subject that the events speak of: a linked contact is bound as well, known or not."""
    subjects = set()
    for event in events:
        subjects.add(event.subject)
        if event.linked is not None:
            subjects.add(event.linked)
    return subjects


def canonical_events(
    events: Sequence[Unbound], bindings: Mapping[Subject, Binding], numbers: Sequence[int]
) -> list[Canonical]:
    """The events with their bindings and numbers, encoded."""
    return [_canonical(event, bindings, number) for event, number in zip(events, numbers, strict=True)]


def _canonical(event: Unbound, bindings: Mapping[Subject, Binding], number: int) -> Canonical:
    work, draft = event.work, event.draft
    binding = bindings[event.subject]
    event_id = work.result.identity.key.hex() + draft.suffix
    data = draft.data if draft.data is not None else _link_data(event, bindings)
    body = encode(
        Event(
            specversion=SPEC_VERSION,
            id=event_id,
            source=event.source,
            type=draft.type.type,
            subject=event.subject.name,
            time=draft.time,
            recordedtime=work.row.received_at,
            partitionkey=binding.entity,
            bindingrev=binding.revision,
            eventno=str(number),
            sourcerank=work.sender.rank,
            sequence=draft.sequence,
            rawid=f"{work.row.intake_id}:{work.item}",
            mapping=work.sender.adapter.mapping_label,
            data=msgspec.Raw(data),
        )
    )
    return Canonical(event, number, event_id, binding, body)


def _link_data(event: Unbound, bindings: Mapping[Subject, Binding]) -> bytes:
    draft, linked = event.draft, event.linked
    assert linked is not None  # noqa: S101 - a draft without data is a link
    assert draft.link is not None  # noqa: S101
    binding = bindings[linked]
    lead = LeadRef(
        source=linked.source, subject=linked.name, lead_id=binding.entity, bindingrev=binding.revision
    )
    if draft.type.data is DealUnlinked:
        return encode(DealUnlinked(lead=lead))
    return encode(DealLinked(lead=lead, primary=draft.link.primary))
