"""The data keys of subjects: made in bulk where they are new, and kept in memory up to a bound.

A relay holds the lock that an erasure waits for while it seals, so that no block is sealed under a key that
was just destroyed; `forget` drops what was remembered before an erasure.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from leadtrace.runtime.vault.sealing import DataKey, new_key
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection
from leadtrace.store.ids import as_texts
from leadtrace_ingest.identity.subject import Subject, subject_key

_MOST_REMEMBERED = 50_000

_INSERT = """
insert into ingest.personal_keys (subject_key, wrapped)
select * from unnest($1::text[]::uuid[], $2::bytea[]) given (subject_key, wrapped)
on conflict (subject_key) do nothing
"""
_READ = "select subject_key, wrapped from ingest.personal_keys where subject_key = any($1::text[]::uuid[])"


class SubjectKey(NamedTuple):
    """A subject's key and its id."""

    key_id: UUID
    key: DataKey


class SubjectKeys:
    """The keys of one relay; `remember` what a transaction made only after its commit."""

    def __init__(self, wrapper: KeyWrapper) -> None:
        self._wrapper = wrapper
        self._known: dict[Subject, SubjectKey] = {}

    async def take(self, connection: Connection, subjects: Collection[Subject]) -> dict[Subject, SubjectKey]:
        """The key of each subject, made durable in this transaction where it is new."""
        known = self._known
        taken = {subject: known[subject] for subject in subjects if subject in known}
        unknown = {subject_key(subject): subject for subject in subjects if subject not in taken}
        if unknown:
            taken |= await self._make(connection, unknown)
        return taken

    def remember(self, taken: Mapping[Subject, SubjectKey]) -> None:
        """Keep keys that are committed, up to a bound of memory."""
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        self._known.update(taken)

    def forget(self) -> None:
        """Remember nothing: some of it may be destroyed."""
        self._known.clear()

    async def _make(
        self, connection: Connection, unknown: Mapping[bytes, Subject]
    ) -> dict[Subject, SubjectKey]:
        # In order, so that two relays with the same subjects wait for each other instead of deadlocking.
        ids = sorted(unknown)
        texts = as_texts(ids)
        there = await _read(connection, texts)
        fresh = {one: new_key() for one in ids if UUID(bytes=one) not in there}
        if not fresh:
            return {unknown[one]: self._opened(one, there[UUID(bytes=one)]) for one in ids}
        wrapped = [self._wrapper.wrap(key) for key in fresh.values()]
        status = await connection.execute(_INSERT, as_texts(fresh), wrapped)
        if status != f"INSERT 0 {len(fresh)}":
            there = await _read(connection, texts)
            return {unknown[one]: self._opened(one, there[UUID(bytes=one)]) for one in ids}
        return {
            unknown[one]: SubjectKey(UUID(bytes=one), DataKey(fresh[one]))
            if one in fresh
            else self._opened(one, there[UUID(bytes=one)])
            for one in ids
        }

    def _opened(self, key_id: bytes, wrapped: bytes) -> SubjectKey:
        return SubjectKey(UUID(bytes=key_id), DataKey(self._wrapper.unwrap(wrapped)))


async def _read(connection: Connection, texts: Sequence[str]) -> dict[UUID, bytes]:
    return {row["subject_key"]: row["wrapped"] for row in await connection.fetch(_READ, texts)}
