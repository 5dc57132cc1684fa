"""Notes, seen events and dead letters: what a transaction leaves for those that come after it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest_asyncio

from leadtrace.runtime.clock import SequentialIds
from leadtrace.store.connection import Pool
from leadtrace.store.dead_letters import DeadLetter, DeadLetterStore, DeadReason
from leadtrace.store.notes import NoteStore
from leadtrace.store.seen import SeenStore

_A, _B = UUID(int=1), UUID(int=2)
_NOTES, _SEEN, _LETTERS = NoteStore("scoring"), SeenStore("scoring"), DeadLetterStore("scoring")
_NOW, _LEASE = timedelta(0), timedelta(seconds=10)
_DEADLINE_S = 10


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """Connections to a migrated database."""
    made = await asyncpg.create_pool(database_url, min_size=1, max_size=4)
    yield made
    await made.close()


class TestNotes:
    async def test_one_a_kind_is_written_and_found_again(self, pool: Pool) -> None:
        async with pool.acquire() as connection, connection.transaction():
            noted = {"leads": [_B, _A], "deals": [], "others": [_A]}
            written = await _NOTES.write(connection, [UUID(int=n) for n in (10, 11, 12)], noted)
            left = await _NOTES.left_behind(connection, older_than=_NOW, limit=5)
        assert written == [UUID(int=10), UUID(int=11)]
        assert {(note.note_id, note.kind, note.ids) for note in left} == {
            (UUID(int=10), "leads", (_B, _A)),
            (UUID(int=11), "others", (_A,)),
        }

    async def test_the_oldest_come_first_and_young_ones_not_at_all(self, pool: Pool) -> None:
        async with pool.acquire() as connection:
            for number in range(4):
                await _NOTES.write(connection, [UUID(int=number)], {"leads": [_A]})
                aged = "update scoring.notes set noted_at = now() - $1::interval where note_id = $2"
                await connection.execute(aged, timedelta(seconds=6 * number), UUID(int=number))
            left = await _NOTES.left_behind(connection, older_than=_LEASE, limit=5)
            assert [note.note_id.int for note in left] == [3, 2]
            assert len(await _NOTES.left_behind(connection, older_than=_NOW, limit=3)) == 3

    async def test_those_that_another_is_publishing_are_skipped(self, pool: Pool) -> None:
        async with pool.acquire() as connection:
            await _NOTES.write(connection, [_A], {"leads": [_A]})
            async with connection.transaction():
                assert len(await _NOTES.left_behind(connection, older_than=_NOW, limit=5)) == 1
                async with pool.acquire() as other:
                    assert await _NOTES.left_behind(other, older_than=_NOW, limit=5) == []

    async def test_cleared_ones_are_gone(self, pool: Pool) -> None:
        async with pool.acquire() as connection:
            await _NOTES.write(connection, [_A, _B], {"leads": [_A], "deals": [_B]})
            await _NOTES.clear(connection, [])
            await _NOTES.clear(connection, [_A])
            left = await _NOTES.left_behind(connection, older_than=_NOW, limit=5)
        assert [note.note_id for note in left] == [_B]


class TestSeen:
    async def test_a_number_is_new_once(self, pool: Pool) -> None:
        async with pool.acquire() as connection:
            assert await _SEEN.first_time(connection, [3, 1, 3]) == {1, 3}
            assert await _SEEN.first_time(connection, [2, 3]) == {2}
            assert await _SEEN.first_time(connection, []) == set()

    async def test_a_number_that_was_rolled_back_is_new_again(self, pool: Pool) -> None:
        async with pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            assert await _SEEN.first_time(connection, [1]) == {1}
            await transaction.rollback()
            assert await _SEEN.first_time(connection, [1]) == {1}

    async def test_of_two_at_once_one_is_the_first(self, pool: Pool) -> None:
        async def one() -> set[int]:
            async with pool.acquire() as connection, connection.transaction():
                return await _SEEN.first_time(connection, range(100))

        async with asyncio.timeout(_DEADLINE_S):
            first = await asyncio.gather(*(one() for _ in range(4)))
        assert sorted(map(len, first)) == [0, 0, 0, 100]


class TestDeadLetters:
    async def test_are_kept_whole_and_once_a_topic(self, pool: Pool) -> None:
        ids = SequentialIds()
        letters = [_letter(topic="lead-events"), _letter(topic="lead-events"), _letter(topic="deal-events")]
        async with pool.acquire() as connection:
            for _ in range(2):
                await _LETTERS.bury(connection, [ids.uuid7() for _ in letters], letters)
            await _LETTERS.bury(connection, [], [])
        found = await pool.fetch(
            'select topic, partition, "offset", reason, detail, event_no, key, value'
            " from scoring.dead_letters order by topic"
        )
        assert [tuple(row) for row in found] == [
            ("deal-events", 1, 2, "undecodable", "not \ufffd JSON", 7, b"key", b"\x00\xff"),
            ("lead-events", 1, 2, "undecodable", "not \ufffd JSON", 7, b"key", b"\x00\xff"),
        ]

    async def test_of_nothing_is_kept_too(self, pool: Pool) -> None:
        async with pool.acquire() as connection:
            await _LETTERS.bury(connection, [_A], [_letter(key=None, value=None, event_no=None)])
        row = await pool.fetchrow("select key, value, event_no from scoring.dead_letters")
        assert tuple(row or ()) == (None, None, None)


def _letter(
    *,
    topic: str = "lead-events",
    key: bytes | None = b"key",
    value: bytes | None = b"\x00\xff",
    event_no: int | None = 7,
) -> DeadLetter:
    return DeadLetter(topic, 1, 2, key, value, DeadReason.UNDECODABLE, "not \x00 JSON", event_no)
