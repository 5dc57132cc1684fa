"""Binds subjects to leads, deals and accounts; a subject that was never seen founds an entity of its own.

Bindings are kept in memory until any relay moves one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from leadtrace.store.connection import Connection
from leadtrace.store.ids import as_texts
from leadtrace_ingest.identity.subject import (
    FIRST_BINDING_REVISION,
    Binding,
    Standings,
    Subject,
    entity_id,
    subject_key,
)

_MOST_REMEMBERED = 50_000

_INSERT = """
insert into ingest.subjects (subject_key, source, kind, external_id, founded_id, entity_id, standing,
                             first_recorded_at, binding_revision)
select subject_key::uuid, source, kind, external_id, founded_id::uuid, founded_id::uuid, standing,
       first_recorded_at, $8::bigint
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::timestamptz[])
  given (subject_key, source, kind, external_id, founded_id, standing, first_recorded_at)
on conflict (subject_key) do nothing
"""
_READ = """
select source, kind, external_id, entity_id, binding_revision from ingest.subjects
where subject_key = any($1::text[]::uuid[])
"""
_MOVES = "select moves from ingest.identity_state"


class Binder:
    """The bindings of one relay; `remember` what a transaction bound only after its commit."""

    def __init__(self, secret: bytes, standings: Standings) -> None:
        self._secret = secret
        self._standings = standings
        self._known: dict[Subject, Binding] = {}
        self._moves: int | None = None

    async def bind(
        self, connection: Connection, subjects: Mapping[Subject, datetime]
    ) -> dict[Subject, Binding]:
        """The binding of each subject, made durable in this transaction where it is new.

        Each comes with the receipt of the first event known to speak of it.
        """
        moves = await connection.fetchval(_MOVES)
        if moves != self._moves:
            self._known.clear()
            self._moves = moves
        known = self._known
        bound = {subject: known[subject] for subject in subjects if subject in known}
        unknown = {subject_key(subject): subject for subject in subjects if subject not in bound}
        if unknown:
            bound |= await self._found(connection, unknown, subjects)
        return bound

    def remember(self, bound: dict[Subject, Binding]) -> None:
        """Keep bindings that are committed, up to a bound of memory."""
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        self._known.update(bound)

    async def _found(
        self, connection: Connection, unknown: dict[bytes, Subject], seen: Mapping[Subject, datetime]
    ) -> dict[Subject, Binding]:
        keys = sorted(unknown)
        texts = as_texts(keys)
        subjects = [unknown[key] for key in keys]
        made = [Binding.to(entity_id(subject, self._secret), FIRST_BINDING_REVISION) for subject in subjects]
        status = await connection.execute(
            _INSERT,
            texts,
            [subject.source for subject in subjects],
            [subject.kind for subject in subjects],
            [subject.external_id for subject in subjects],
            [binding.entity for binding in made],
            [self._standings.of(subject) for subject in subjects],
            [seen[subject] for subject in subjects],
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
