"""Canonical events for tests, as ingest would publish them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import msgspec

from leadtrace.bus.protocol import Outgoing
from leadtrace.events.catalogue import BY_DATA
from leadtrace.events.codec import HEADERS, encode
from leadtrace.events.correction import EventCorrected
from leadtrace.events.envelope import SPEC_VERSION, Event
from leadtrace.events.reference import LeadRef
from leadtrace.events.times import from_micros
from leadtrace.events.topics import Topic

SOURCE = "hubspot/62515"
DAY_ZERO = from_micros(1_767_225_600_000_000)  # 2026-01-01T00:00:00Z
_CORRECTED_ON = {"deal": Topic.DEAL_EVENTS, "spend": Topic.SPEND_EVENTS}
_NAMESPACE = UUID("6f1d2c1e-3b52-5d0c-9b0a-0c9b6a3f7d11")


def entity_of(subject: str, source: str = SOURCE) -> UUID:
    """The lead or deal that a subject is bound to; any fixed rule will do for a test."""
    return uuid5(_NAMESPACE, f"{source} {subject}")


def lead_ref(subject: str, source: str = SOURCE) -> LeadRef:
    """A lead subject as a deal's link names it."""
    return LeadRef(source=source, subject=subject, lead_id=str(entity_of(subject, source)), bindingrev=1)


def event(
    data: msgspec.Struct,
    subject: str,
    number: int,
    *,
    at: datetime | None = None,
    recorded: datetime | None = None,
    **attributes: object,
) -> Event:
    """The event numbered `number` of a subject, `number` minutes into day zero unless `at` says when."""
    happened = at or DAY_ZERO + timedelta(minutes=number)
    envelope: Mapping[str, object] = {
        "specversion": SPEC_VERSION,
        "id": f"e{number}",
        "source": SOURCE,
        "type": BY_DATA[type(data)].type,
        "subject": subject,
        "time": happened,
        "recordedtime": recorded or happened,
        "partitionkey": str(entity_of(subject)),
        "bindingrev": 1,
        "eventno": str(number),
        "sequence": f"{number:020}",
        "data": msgspec.Raw(encode(data)),
        **attributes,
    }
    return msgspec.convert(envelope, Event)


def outgoing(made: Event) -> Outgoing:
    """The record of an event on the topic of its type; a correction goes where its record's events go."""
    kind = next(row for row in BY_DATA.values() if row.type == made.type)
    topic = kind.topic
    if kind.data is EventCorrected:
        topic = _CORRECTED_ON.get(made.subject.partition("/")[0], topic)
    return Outgoing(topic.value, made.partitionkey.encode(), encode(made), HEADERS)
