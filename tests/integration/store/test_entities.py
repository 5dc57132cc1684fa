"""Entity rows: made and locked in id order, sets appended or replaced, bodies kept until they change."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest_asyncio

from leadtrace.store.connection import Pool
from leadtrace.store.entities import EntityRow, EntityTable
from leadtrace.testing.eventually import eventually_answers

_A, _B, _C = (UUID(int=number) for number in (1, 2, 3))
_TABLE = EntityTable("scoring", "leads", "lead_id", (("qualification_revision", "bigint"),))
_DEADLINE_S = 10
_WAITING = "select count(*) from pg_locks where not granted"


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """Connections to a migrated database."""
    made = await asyncpg.create_pool(database_url, min_size=1, max_size=4)
    yield made
    await made.close()


async def test_missing_rows_are_made_and_all_are_given_in_id_order(pool: Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await _TABLE.lock(connection, [_B])
        rows = await _TABLE.lock(connection, [_C, _B, _A, _B])
    assert list(rows) == [_A, _B, _C]
    assert rows[_A] == EntityRow(_A, extras=[0])
    assert await pool.fetchval("select count(*) from scoring.leads") == 3


async def test_no_ids_lock_nothing(pool: Pool) -> None:
    async with pool.acquire() as connection:
        assert await _TABLE.lock(connection, []) == {}
        assert await _TABLE.facts(connection, []) == {}
        await _TABLE.save(connection, [])


async def test_a_row_comes_back_as_it_was_saved(pool: Pool) -> None:
    saved = EntityRow(
        _A,
        definition_version=1,
        fold_version=2**31 - 1,
        event_count=3,
        ignored_count=1,
        revision=2**62,
        redirect_to=_B,
        body_hash=b"hash",
        last_key=b"key",
        stuck_error="because",
        state=b"state",
        segment=b"facts",
        body=b"{}",
        extras=[7],
    )
    async with pool.acquire() as connection, connection.transaction():
        await _TABLE.lock(connection, [_A])
        await _TABLE.save(connection, [saved])
        rows = await _TABLE.lock(connection, [_A])
        assert await _TABLE.facts(connection, [_A]) == {_A: b"facts"}
        (stored,) = await _TABLE.bodies(connection, [_A, _B])
    saved.segment, saved.body = b"", None
    assert rows[_A] == saved
    assert (stored.entity_id, stored.definition_version, stored.revision) == (_A, 1, 2**62)
    assert (stored.body, stored.extras) == (b"{}", (7,))


async def test_a_set_is_appended_to_or_replaced_and_a_body_kept(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await _TABLE.lock(connection, [_A, _B])
        await _TABLE.save(connection, [EntityRow(_A, segment=b"1", body=b"{}", extras=[0])])
        await _TABLE.save(connection, [EntityRow(_A, segment=b"2", extras=[0])])
        assert await _TABLE.facts(connection, [_A]) == {_A: b"12"}
        both = [
            EntityRow(_A, segment=b"9", replaces=True, extras=[0]),
            EntityRow(_B, segment=b"b", extras=[0]),
        ]
        await _TABLE.save(connection, both)
        assert await _TABLE.facts(connection, [_B, _A]) == {_A: b"9", _B: b"b"}
        assert [stored.body for stored in await _TABLE.bodies(connection, [_A, _B])] == [b"{}"]


async def test_whoever_comes_second_sees_what_the_first_has_saved(pool: Pool) -> None:
    async def second() -> EntityRow:
        async with pool.acquire() as connection, connection.transaction():
            return (await _TABLE.lock(connection, [_B, _A]))[_A]

    async with asyncio.timeout(_DEADLINE_S), pool.acquire() as connection:
        async with connection.transaction():
            rows = await _TABLE.lock(connection, [_A])
            waiting = asyncio.create_task(second())
            await eventually_answers(lambda: pool.fetchval(_WAITING), what="a lock to be waited for")
            rows[_A].event_count = 5
            await _TABLE.save(connection, [rows[_A]])
        assert (await waiting).event_count == 5


async def test_many_who_lock_the_same_rows_in_any_order_never_deadlock(pool: Pool) -> None:
    ids = [UUID(int=number) for number in range(40)]

    async def one(turn: int) -> None:
        async with pool.acquire() as connection, connection.transaction():
            rows = await _TABLE.lock(connection, ids[turn:] + ids[:turn] if turn % 2 else ids[::-1])
            for row in rows.values():
                row.event_count += 1
            await _TABLE.save(connection, list(rows.values())[::-1])

    async with asyncio.timeout(_DEADLINE_S):
        await asyncio.gather(*(one(turn) for turn in range(16)))
    assert await pool.fetchval("select array_agg(distinct event_count) from scoring.leads") == [16]
