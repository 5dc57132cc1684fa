"""Bytes to structs and back, for the structured Kafka binding of CloudEvents 1.0."""

from functools import lru_cache
from typing import cast
from uuid import UUID

import msgspec

from leadtrace.events.catalogue import BY_DATA, BY_TYPE, EventType
from leadtrace.events.correction import EventCorrected
from leadtrace.events.envelope import CONTENT_TYPE, SPEC_VERSION, Event, Snapshot
from leadtrace.events.snapshots import SnapshotType
from leadtrace.events.times import from_micros

HEADERS = (("content-type", CONTENT_TYPE),)

_ENCODER = msgspec.json.Encoder()
_EVENT = msgspec.json.Decoder(Event)
_SNAPSHOT = msgspec.json.Decoder(Snapshot)
# What msgspec raises on bytes that are not what they should be; RecursionError is nesting without end.
_REFUSED = (msgspec.DecodeError, ValueError, RecursionError)
_LARGEST_NUMBER = 2**63 - 1
_DATA = {row.type: msgspec.json.Decoder(row.data) for row in BY_TYPE.values()}
_CORRECTED = BY_DATA[EventCorrected].type


class UndecodableError(ValueError):
    """The record is not a CloudEvent of ours: a dead letter."""


@lru_cache(maxsize=16_384)
def entity_id(text: str) -> UUID:
    """The lead or deal that a partition key names; those of one batch name few, again and again.

    Raises:
        ValueError: it names none.
    """
    return UUID(text)


def encode(struct: msgspec.Struct) -> bytes:
    """JSON of a wire struct, fields in their declared order, so that equal structs give equal bytes."""
    return _ENCODER.encode(struct)


def decode_event(value: bytes | None) -> Event:
    """The envelope of a record; its data stays raw.

    Raises:
        UndecodableError: no value, not JSON, or an attribute is missing or of the wrong kind.
    """
    try:
        event = _EVENT.decode(value or b"")
        _check_number(event.eventno)
        entity_id(event.partitionkey)
    except _REFUSED as error:
        raise UndecodableError(str(error)) from error
    if event.specversion != SPEC_VERSION:
        raise UndecodableError(f"specversion is {event.specversion!r}, not {SPEC_VERSION!r}")
    return event


def known_type(event: Event) -> EventType | None:
    """The catalogue row of an event; None for a type or version that this code does not know yet."""
    return BY_TYPE.get(event.type)


def decode_data(event: Event) -> msgspec.Struct:
    """The data of an event of a known type.

    Raises:
        UndecodableError: the data does not fit the catalogue.
    """
    return _decoded(event.type, event.data)


def decode_correction(data: bytes | msgspec.Raw) -> EventCorrected:
    """The data of an `event.corrected`.

    Raises:
        UndecodableError: they are not those of one.
    """
    return cast(EventCorrected, _decoded(_CORRECTED, data))


def decode_snapshot(value: bytes | None) -> Snapshot:
    """The envelope of a snapshot; its body stays raw.

    Raises:
        UndecodableError: no value, not JSON, or an attribute is missing or of the wrong kind.
    """
    try:
        snapshot = _SNAPSHOT.decode(value or b"")
        _check_number(snapshot.revision)
        _check_number(snapshot.qualificationrev or "0")
        entity_id(snapshot.partitionkey)
    except _REFUSED as error:
        raise UndecodableError(str(error)) from error
    return snapshot


def wrap_snapshot(
    kind: SnapshotType,
    entity: UUID,
    *,
    version: int,
    revision: int,
    at: int,
    body: bytes,
    qualification_revision: int | None = None,
) -> bytes:
    """The record value of one revision: `version` is the definitions', `at` (µs) the latest event's."""
    key = str(entity)
    return _ENCODER.encode(
        Snapshot(
            specversion=SPEC_VERSION,
            id=f"{key}:{version}:{revision}",
            source=kind.source,
            type=kind.type,
            subject=key,
            time=from_micros(at),
            partitionkey=key,
            revision=str(revision),
            qualificationrev="" if qualification_revision is None else str(qualification_revision),
            data=msgspec.Raw(body),
        )
    )


def _decoded(kind: str, data: bytes | msgspec.Raw) -> msgspec.Struct:
    try:
        decoded: msgspec.Struct = _DATA[kind].decode(data)
    except _REFUSED as error:
        raise UndecodableError(f"{kind}: {error}") from error
    return decoded


def _check_number(text: str) -> None:
    if not 0 <= int(text) <= _LARGEST_NUMBER:
        raise ValueError(f"{text[:40]} is not a number of 64 bits")
