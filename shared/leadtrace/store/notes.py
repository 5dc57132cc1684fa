"""Notes: the outbox. A transaction notes the ids whose revision it raised; they are published after it.

One note stands for one batch. The transaction that follows the publication clears it; what a crash left
behind is published by whoever finds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from leadtrace.store.connection import Connection


@dataclass(frozen=True, slots=True)
class Note:
    """Ids of one kind of entity, noted and perhaps not yet published."""

    note_id: UUID
    kind: str
    ids: tuple[UUID, ...]


class NoteStore:
    """The notes of one schema."""

    def __init__(self, schema: str) -> None:
        self._insert = f"insert into {schema}.notes (note_id, kind, ids) values ($1, $2, $3)"
        self._clear = f"delete from {schema}.notes where note_id = any($1::uuid[])"
        self._left = (
            f"select note_id, kind, ids from {schema}.notes where noted_at <= now() - $1::interval "
            "order by noted_at limit $2 for update skip locked"
        )

    async def write(
        self, connection: Connection, note_ids: Sequence[UUID], ids: Mapping[str, Sequence[UUID]]
    ) -> list[UUID]:
        """Note ids by kind, one note a kind; the ids of the notes are returned."""
        kinds = [(kind, noted) for kind, noted in ids.items() if noted]
        for note_id, (kind, noted) in zip(note_ids, kinds, strict=False):
            await connection.execute(self._insert, note_id, kind, list(noted))
        return list(note_ids[: len(kinds)])

    async def clear(self, connection: Connection, note_ids: Sequence[UUID]) -> None:
        """Forget notes whose ids have been published."""
        if note_ids:
            await connection.execute(self._clear, list(note_ids))

    async def left_behind(self, connection: Connection, *, older_than: timedelta, limit: int) -> list[Note]:
        """Notes older than `older_than`, locked, oldest first; those another instance holds are skipped."""
        rows = await connection.fetch(self._left, older_than, limit)
        return [Note(row["note_id"], row["kind"], tuple(row["ids"])) for row in rows]
