"""The dead letters of one schema as an operator meets them: counted, listed, taken one by one, settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from leadtrace.store.connection import Connection
from leadtrace.store.dead_letters import DeadLetter, DeadReason, Settled

_CHOSEN = (
    "settled_as is null and ($1::text is null or topic = $1) "
    "and ($2::uuid[] is null or dead_letter_id = any($2))"
)


class WaitingCount(msgspec.Struct, frozen=True):
    """How many letters of one topic wait, and since when the oldest does."""

    topic: str
    reason: str
    letters: int
    oldest_dead_at: datetime


class Letter(msgspec.Struct, frozen=True):
    """A letter that waits; its value is not shown, since it may hold anything."""

    dead_letter_id: UUID
    topic: str
    partition: int
    offset: int
    reason: str
    detail: str
    event_no: int | None
    value_bytes: int
    dead_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters are meant; None means any."""

    topic: str | None = None
    ids: tuple[UUID, ...] | None = None

    def arguments(self) -> tuple[str | None, list[UUID] | None]:
        """As the statements take them."""
        return self.topic, None if self.ids is None else list(self.ids)


class DeadLetterBox:
    """Statements over one schema's letters."""

    def __init__(self, schema: str) -> None:
        table = f"{schema}.dead_letters"
        self._counts = (
            f"select topic, reason, count(*)::int, min(dead_at) from {table} where {_CHOSEN} "
            "group by topic, reason order by topic, reason"
        )
        self._page = (
            'select dead_letter_id, topic, partition, "offset", reason, detail, event_no, '
            f"coalesce(length(value), 0), dead_at from {table} "
            f"where {_CHOSEN} and dead_letter_id > $3 order by dead_letter_id limit $4"
        )
        self._take = (
            f'select topic, partition, "offset", key, value, reason, detail, event_no from {table} '
            "where dead_letter_id = $1 and settled_as is null for update"
        )
        self._settle = (
            f"update {table} set settled_as = $2, settled_at = now(), settled_by = $3, why = $4 "
            "where dead_letter_id = $1"
        )
        self._settle_all = (
            f"update {table} set settled_as = '{Settled.DROPPED}', settled_at = now(), settled_by = $3, "
            f"why = $4 where {_CHOSEN}"
        )

    async def counts(self, connection: Connection, choice: Choice) -> list[WaitingCount]:
        """The waiting letters by topic and reason."""
        return [WaitingCount(*row) for row in await connection.fetch(self._counts, *choice.arguments())]

    async def page(self, connection: Connection, choice: Choice, after: UUID, limit: int) -> Sequence[Letter]:
        """The waiting letters that follow `after`, oldest first."""
        found = await connection.fetch(self._page, *choice.arguments(), after, limit)
        return [Letter(*row) for row in found]

    async def take(self, connection: Connection, letter: UUID) -> DeadLetter | None:
        """A letter, locked; None if it no longer waits."""
        row = await connection.fetchrow(self._take, letter)
        if row is None:
            return None
        topic, partition, offset, key, value, reason, detail, event_no = row
        return DeadLetter(topic, partition, offset, key, value, DeadReason(reason), detail, event_no)

    async def settle(self, connection: Connection, letter: UUID, *, by: str) -> None:
        """The letter was read after all."""
        await connection.execute(self._settle, letter, Settled.REPLAYED.value, by, None)

    async def drop(self, connection: Connection, choice: Choice, *, by: str, why: str) -> int:
        """Settle the chosen letters without reading them; how many these were."""
        status = await connection.execute(self._settle_all, *choice.arguments(), by, why)
        return int(status.rpartition(" ")[2])
