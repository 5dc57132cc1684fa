"""Reads all that can bear on where touched records belong: what they share, were merged with, belong to now.

It grows record by record until nothing new is reached, so that each component in it is whole.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from leadtrace.domain.corrections import Identity
from leadtrace.events.binding import Ground
from leadtrace.events.topics import Topic
from leadtrace.store.connection import Connection
from leadtrace.store.ids import as_texts
from leadtrace_ingest.identity.components import Evidence
from leadtrace_ingest.identity.key_counts import key_counts
from leadtrace_ingest.identity.pairs import PairRow, decided
from leadtrace_ingest.identity.voids import void_among

_RECORDS = """
select subject_key, source, kind || '/' || external_id, standing, founded_id, entity_id, binding_revision
from ingest.subjects
"""
_BY_KEY = f"{_RECORDS} where subject_key = any($1::text[]::uuid[])"
_BY_ENTITY = f"{_RECORDS} where entity_id = any($1::text[]::uuid[])"
_KEYS_OF = """
select kind, key, subject_key from ingest.identity_keys
where subject_key = any($1::text[]::uuid[]) and refusal is null and key is not null
"""
_HOLDERS = """
select kind, key, subject_key from ingest.identity_keys
where key = any($1::text[]::uuid[]) and refusal is null
"""
_PAIRS = """
select subject_key, other_key, source, id, at, rank, sequence, apart, open from ingest.identity_pairs
"""
_PAIRS_OF = f"""
{_PAIRS} where topic = $2 and subject_key = any($1::text[]::uuid[])
union
{_PAIRS} where topic = $2 and other_key = any($1::text[]::uuid[])
"""


class Record(NamedTuple):
    """A record as it is bound now."""

    key: UUID
    source: str
    subject: str
    standing: int
    founded: UUID
    entity: UUID
    revision: int


@dataclass(slots=True)
class Neighbourhood:
    """The records of whole components, and what speaks for and against their being one."""

    records: dict[UUID, Record] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)


class Surveyor:
    """Reads one neighbourhood; keys on more than `fan_in` records join nothing.

    `changes` says how many records more or fewer hold a key since the chunk began: one that was live then, or
    is now, concerns all who hold it.
    """

    def __init__(self, connection: Connection, topic: str, fan_in: int, changes: Counter[UUID]) -> None:
        self._connection = connection
        self._topic = topic
        self._fan_in = fan_in
        self._changes = changes
        self._records: dict[UUID, Record] = {}
        self._holders: dict[UUID, tuple[str, set[UUID]]] = {}
        self._crowded: dict[UUID, set[UUID]] = {}
        self._pairs: set[PairRow] = set()
        self._void: set[Identity] = set()

    async def survey(self, touched: Collection[UUID]) -> Neighbourhood:
        """Everything about the touched records and whoever is or was one with them."""
        frontier = set(touched)
        if self._topic == Topic.LEAD_EVENTS:
            frontier |= await self._reach_keys(set(self._changes))
        while frontier:
            new = await self._reach_records(frontier)
            ends = await self._reach_pairs(new)
            sharing = await self._reach_keys_of(new) if self._topic == Topic.LEAD_EVENTS else set()
            frontier = (ends | sharing) - self._records.keys()
        return Neighbourhood(self._records, self._evidence())

    async def _reach_records(self, keys: Collection[UUID]) -> set[UUID]:
        """Read the records, and those that belong to the same entities now."""
        before = set(self._records)
        rows = [Record(*row) for row in await self._connection.fetch(_BY_KEY, as_texts(keys))]
        entities = {row.entity for row in rows}
        rows += [Record(*row) for row in await self._connection.fetch(_BY_ENTITY, as_texts(entities))]
        self._records.update((row.key, row) for row in rows)
        return self._records.keys() - before

    async def _reach_keys_of(self, records: Collection[UUID]) -> set[UUID]:
        rows = await self._connection.fetch(_KEYS_OF, as_texts(records))
        found = {key for _, key, _ in rows}
        reached = await self._reach_keys(found)
        for _, key, holder in rows:
            if key in self._crowded:
                self._crowded[key].add(holder)
        return reached

    async def _reach_keys(self, keys: set[UUID]) -> set[UUID]:
        """Who else holds the keys: all of those that are live or were, none of the others."""
        new = keys - self._holders.keys() - self._crowded.keys()
        if not new:
            return set()
        counts = await key_counts(self._connection, new)
        known = [key for key in new if self._concerns_all(counts.get(key, 0), key)]
        reached: set[UUID] = set()
        for kind, key, holder in await self._connection.fetch(_HOLDERS, as_texts(known)) if known else ():
            reached.add(holder)
            if counts[key] <= self._fan_in:
                self._holders.setdefault(key, (kind, set()))[1].add(holder)
            else:
                self._crowded.setdefault(key, set()).add(holder)
        for key in new - self._holders.keys():
            self._crowded.setdefault(key, set())
        return reached

    def _concerns_all(self, now: int, key: UUID) -> bool:
        return min(now, now - self._changes[key]) <= self._fan_in

    async def _reach_pairs(self, records: Collection[UUID]) -> set[UUID]:
        """The claims on pairs with the records; both ends of those that hold, and visitors named openly."""
        rows = await self._connection.fetch(_PAIRS_OF, as_texts(records), self._topic)
        found = {PairRow(*row) for row in rows}
        self._void |= await void_among(self._connection, {row.identity for row in found - self._pairs})
        self._pairs |= found
        visitors = {row.other_key for row in found if row.open} - self._records.keys()
        return visitors.union(*decided(found, self._void).merged)

    def _evidence(self) -> Evidence:
        pairs = decided(self._pairs, self._void)
        return Evidence(
            merged=pairs.merged,
            split=pairs.split,
            shared=[
                (Ground(kind), tuple(holders)) for kind, holders in self._holders.values() if len(holders) > 1
            ],
            crowded=set[UUID]().union(*self._crowded.values()),
        )
