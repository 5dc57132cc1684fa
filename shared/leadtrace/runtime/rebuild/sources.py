"""What a generation is filled from: events as published, and the newest snapshots of other services.

A source gives its records in pages, in the order of its keys, as the topic would.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from leadtrace.bus.protocol import Record
from leadtrace.events.snapshots import SnapshotType
from leadtrace.runtime.derive import record_of
from leadtrace.store.connection import Connection

_EVENTS = """
select event_no, topic, entity_id, body from ingest.pub_events
where event_no > $1 and topic = any($2::text[]) order by event_no limit $3
"""
_EVENTS_COUNT = "select count(*) from ingest.pub_events where topic = any($1::text[])"
_NO_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class SourcePage:
    """Records, and the key to go on after; None when there are no more."""

    records: list[Record]
    last: str | None


class Source(Protocol):
    """Where records come from."""

    @property
    def name(self) -> str:
        """What they are, in one or two words."""

    async def count(self, connection: Connection) -> int:
        """How many there are."""

    async def page(self, connection: Connection, after: str | None, limit: int) -> SourcePage:
        """The records that follow `after`."""


@dataclass(frozen=True, slots=True)
class PublishedEvents:
    """The canonical events of some topics, by their numbers."""

    topics: Sequence[str]
    name: str = "events"

    async def count(self, connection: Connection) -> int:
        """How many there are."""
        return int(await connection.fetchval(_EVENTS_COUNT, list(self.topics)))

    async def page(self, connection: Connection, after: str | None, limit: int) -> SourcePage:
        """The events of higher numbers.

        Events are not stored in the order of their numbers: those that come later with a lower one are
        read by the live loop, which has both generations by then.
        """
        rows = await connection.fetch(_EVENTS, int(after or 0), list(self.topics), limit)
        records = [
            Record(topic, 0, number, str(entity).encode(), body) for number, topic, entity, body in rows
        ]
        return SourcePage(records, str(rows[-1][0]) if len(rows) == limit else None)


class NewestSnapshots:
    """The newest snapshot of each entity of another service, by id."""

    def __init__(self, kind: SnapshotType, view: str, id_column: str, *, qualified: bool = False) -> None:
        self.name = f"{kind.topic.value} of {view}"
        self._kind = kind
        qualification = "qualification_revision" if qualified else "null::bigint"
        self._count = f"select count(*) from {view} where body is not null"
        self._page = (
            f"select {id_column}, definition_version, revision, {qualification}, body from {view} "
            f"where {id_column} > $1 and body is not null order by {id_column} limit $2"
        )

    async def count(self, connection: Connection) -> int:
        """How many there are."""
        return int(await connection.fetchval(self._count))

    async def page(self, connection: Connection, after: str | None, limit: int) -> SourcePage:
        """The snapshots of later ids."""
        rows = await connection.fetch(self._page, UUID(after) if after else _NO_ID, limit)
        records = []
        for entity, version, revision, qualification, body in rows:
            sent = record_of(
                self._kind,
                entity,
                version=version,
                revision=revision,
                body=body,
                qualification_revision=qualification,
            )
            records.append(Record(sent.topic, 0, 0, sent.key, sent.value))
        return SourcePage(records, str(rows[-1][0]) if len(rows) == limit else None)
