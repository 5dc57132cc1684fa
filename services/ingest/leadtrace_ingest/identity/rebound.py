"""Tells readers which records belong elsewhere now: one event for each entity that some left or joined."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import TypeAlias
from uuid import UUID

import msgspec

from leadtrace.bus.protocol import Outgoing
from leadtrace.events.binding import AccountRebound, DealRebound, LeadRebound, Rebound
from leadtrace.events.catalogue import BY_DATA
from leadtrace.events.codec import HEADERS, encode
from leadtrace.events.envelope import SPEC_VERSION, Event
from leadtrace.events.topics import Topic
from leadtrace_ingest.identity.resolve import Move
from leadtrace_ingest.relay.canonical import Canonical, EventRow
from leadtrace_ingest.relay.work import TOLD_BESIDE, Work

SOURCE = "leadtrace/ingest"
# A binding takes about 300 bytes, and a record on a topic less than 950,000.
_MOST_BINDINGS = 2_000

Told: TypeAlias = LeadRebound | DealRebound | AccountRebound
_DATA: dict[str, type[Told]] = {
    Topic.LEAD_EVENTS: LeadRebound,
    Topic.DEAL_EVENTS: DealRebound,
    Topic.ACCOUNT_EVENTS: AccountRebound,
}


class Telling(msgspec.Struct, frozen=True):
    """What is to be told of one entity, all of it known since one moment."""

    topic: str
    entity: UUID
    bindings: tuple[Rebound, ...]
    recorded_at: datetime


def tellings(moves: Sequence[Move]) -> list[Telling]:
    """Who is to hear of the moves: the entity left, the one joined and the one that the record founded."""
    concerned: dict[tuple[str, UUID, datetime], list[Move]] = {}
    for move in moves:
        for entity in sorted({move.record.entity, move.joined, move.record.founded}):
            concerned.setdefault((move.topic, entity, move.recorded_at), []).append(move)
    return [
        Telling(topic, entity, tuple(map(_bound, some)), recorded_at)
        for (topic, entity, recorded_at), told in concerned.items()
        for some in _portions(told)
    ]


def rebound_events(told: Sequence[Telling], works: Sequence[Work], numbers: Iterable[int]) -> list[Canonical]:
    """The events, each beside an item of the chunk that moved the records."""
    made = []
    for place, (one, number) in enumerate(zip(told, numbers, strict=True)):
        turn, beside = divmod(place, len(works))
        work = works[beside]
        made.append(_event(one, work, work.first_told_part + turn, number))
    return made


def _portions(moves: Sequence[Move]) -> Iterator[Sequence[Move]]:
    for start in range(0, len(moves), _MOST_BINDINGS):
        yield moves[start : start + _MOST_BINDINGS]


def _bound(move: Move) -> Rebound:
    record = move.record
    return Rebound(
        source=record.source,
        subject=record.subject,
        founded=str(record.founded),
        left=str(record.entity),
        joined=str(move.joined),
        bindingrev=move.revision,
        because=move.because,
    )


def _event(told: Telling, work: Work, part: int, number: int) -> Canonical:
    kind, entity, recorded_at = BY_DATA[_DATA[told.topic]], str(told.entity), told.recorded_at
    data = encode(kind.data(bindings=told.bindings))
    event_id = blake2b(data, digest_size=16, person=told.entity.bytes).hexdigest()
    subject = f"{kind.name.partition('.')[0]}/{entity}"
    body = encode(
        Event(
            specversion=SPEC_VERSION,
            id=event_id,
            source=SOURCE,
            type=kind.type,
            subject=subject,
            time=recorded_at,
            recordedtime=recorded_at,
            partitionkey=entity,
            bindingrev=1,
            eventno=str(number),
            sourcerank=0,
            rawid=f"{work.row.name}:{work.item}",
            mapping=TOLD_BESIDE,
            data=msgspec.Raw(data),
        )
    )
    row = EventRow(
        number,
        work.row.intake_id,
        work.item,
        part,
        told.topic,
        SOURCE,
        event_id,
        kind.type,
        told.entity,
        subject,
        recorded_at,
        recorded_at,
        TOLD_BESIDE,
        body,
    )
    return Canonical(row, Outgoing(told.topic, entity.encode(), body, HEADERS))
