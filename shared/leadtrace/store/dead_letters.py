"""Dead letters: records that could not be decoded. They live in PostgreSQL; the topic is a copy.

A letter waits until it is settled: read after all, or dropped. It is never deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

from leadtrace.store.connection import Connection


class DeadReason(StrEnum):
    """Why a record is a dead letter."""

    UNDECODABLE = "undecodable"


class Settled(StrEnum):
    """What became of a dead letter in the end."""

    REPLAYED = "replayed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One refused record and its provenance; `event_no` where it could still be read."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    reason: DeadReason
    detail: str
    event_no: int | None = None


class DeadLetterStore:
    """The dead letters of one schema; the same bytes on one topic are kept once."""

    def __init__(self, schema: str) -> None:
        self._insert = (
            f'insert into {schema}.dead_letters (dead_letter_id, topic, partition, "offset", reason, detail, '
            "event_no, key, value, value_hash) select * from unnest($1::uuid[], $2::text[], $3::int[], "
            "$4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::bytea[], $9::bytea[], $10::bytea[]) "
            # What could be read and dies again waits again; what was dropped stays dropped.
            f"on conflict (topic, value_hash) do update set settled_as = null, settled_at = null, "
            f"settled_by = null, detail = excluded.detail, dead_at = now() "
            f"where {schema}.dead_letters.settled_as = '{Settled.REPLAYED}'"
        )

    async def bury(self, connection: Connection, ids: Sequence[UUID], letters: Sequence[DeadLetter]) -> None:
        """Keep the letters under the given ids."""
        # One statement may not meet a row twice: among copies the first one is kept.
        kept: dict[tuple[str, bytes], tuple[UUID, DeadLetter]] = {}
        for one, letter in zip(ids, letters, strict=True):
            kept.setdefault((letter.topic, _hash(letter)), (one, letter))
        if not kept:
            return
        letters = [letter for _, letter in kept.values()]
        await connection.execute(
            self._insert,
            [one for one, _ in kept.values()],
            [letter.topic for letter in letters],
            [letter.partition for letter in letters],
            [letter.offset for letter in letters],
            [letter.reason.value for letter in letters],
            [letter.detail.replace("\x00", "\ufffd") for letter in letters],
            [letter.event_no for letter in letters],
            [letter.key for letter in letters],
            [letter.value for letter in letters],
            [_hash(letter) for letter in letters],
        )


def _hash(letter: DeadLetter) -> bytes:
    return blake2b(letter.value or b"", digest_size=16).digest()
