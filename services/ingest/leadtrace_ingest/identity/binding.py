"""Binds subjects to leads and deals; a subject that was never seen founds an entity of its own.

Bindings do not change yet, so what was read or made once may be kept in memory.
"""

from collections.abc import Collection, Sequence

from leadtrace.store.connection import Connection
from leadtrace_ingest.identity.subject import (
    FIRST_BINDING_REVISION,
    Binding,
    Subject,
    entity_id,
    subject_key,
)

_MOST_REMEMBERED = 50_000

_INSERT = """
insert into ingest.subjects (subject_key, source, kind, external_id, entity_id, binding_revision)
select subject_key::uuid, source, kind, external_id, entity_id::uuid, $6::bigint
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
  given (subject_key, source, kind, external_id, entity_id)
on conflict (subject_key) do nothing
"""
_READ = """
select source, kind, external_id, entity_id, binding_revision from ingest.subjects
where subject_key = any($1::text[]::uuid[])
"""


class Binder:
    """The bindings of one relay; `remember` what a transaction bound only after its commit."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._known: dict[Subject, Binding] = {}

    async def bind(self, connection: Connection, subjects: Collection[Subject]) -> dict[Subject, Binding]:
        """The binding of each subject, made durable in this transaction where it is new."""
        known = self._known
        bound = {subject: known[subject] for subject in subjects if subject in known}
        unknown = {subject_key(subject): subject for subject in subjects if subject not in bound}
        if unknown:
            bound |= await self._found(connection, unknown)
        return bound

    def remember(self, bound: dict[Subject, Binding]) -> None:
        """Keep bindings that are committed, up to a bound of memory."""
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        self._known.update(bound)

    async def _found(self, connection: Connection, unknown: dict[bytes, Subject]) -> dict[Subject, Binding]:
        keys = sorted(unknown)
        # As text, because asyncpg takes long to see that an id is no array.
        texts = [key.hex() for key in keys]
        subjects = [unknown[key] for key in keys]
        made = [Binding.to(entity_id(subject, self._secret), FIRST_BINDING_REVISION) for subject in subjects]
        status = await connection.execute(
            _INSERT,
            texts,
            [subject.source for subject in subjects],
            [subject.kind for subject in subjects],
            [subject.external_id for subject in subjects],
            [binding.entity for binding in made],
            FIRST_BINDING_REVISION,
        )
        if status == f"INSERT 0 {len(keys)}":
            return dict(zip(subjects, made, strict=True))
        return await _read(connection, texts)


async def _read(connection: Connection, texts: Sequence[str]) -> dict[Subject, Binding]:
    return {
        Subject(source, kind, external_id): Binding.to(entity, revision)
        for source, kind, external_id, entity, revision in await connection.fetch(_READ, texts)
    }
