"""The records that events are about, and where they belong, as ingest keeps them."""

from collections.abc import Iterator
from uuid import UUID, uuid5

from leadtrace.events.codec import decode_data
from leadtrace.events.deal import DealLinked, DealUnlinked
from leadtrace.events.envelope import Event
from leadtrace.runtime.arrivals import rebounds_in
from leadtrace.store.connection import Connection
from leadtrace.testing.builders import entity_of

_FOUND = """
insert into ingest.subjects (subject_key, source, kind, external_id, entity_id, founded_id, binding_revision,
                             standing, first_recorded_at)
values ($1, $2, $3, $4, $5, $5, 1, 0, $6) on conflict do nothing
"""
_BIND = """
insert into ingest.bindings (subject_key, revision, entity_id, because, recorded_at)
values ($1, $2, $3, $4, $5) on conflict do nothing
"""


def _bound(made: Event) -> Iterator[tuple[object, ...]]:
    """Where records are from now on, if that is what the event tells."""
    for one in rebounds_in(made):
        key = _key_of(one.subject, one.source)
        yield key, one.bindingrev, UUID(one.joined), one.because.value, made.recordedtime


def _key_of(subject: str, source: str) -> UUID:
    return uuid5(entity_of(subject, source), "subject")


def _founded(made: Event) -> Iterator[tuple[object, ...]]:
    """The records that an event is about, each with the entity that it founds when it is first heard of."""
    data = decode_data(made)
    rebounds = rebounds_in(made)
    names = [(one.source, one.subject) for one in rebounds] or [(made.source, made.subject)]
    if isinstance(data, DealLinked | DealUnlinked):
        names.append((data.lead.source, data.lead.subject))
    for source, subject in names:
        kind, _, external_id = subject.partition("/")
        founded = entity_of(subject, source)
        yield _key_of(subject, source), source, kind, external_id, founded, made.recordedtime


async def store_bindings(connection: Connection, made: Event) -> None:
    """What the relay keeps of the records that an event is about."""
    await connection.executemany(_FOUND, _founded(made))
    await connection.executemany(_BIND, _bound(made))
