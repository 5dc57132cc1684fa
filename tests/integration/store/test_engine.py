"""Connections act in the role that they were made for."""

import asyncpg
import pytest
from sqlalchemy import text

from leadtrace.store.engine import connect, make_pool, ping, wait_for_database
from leadtrace.store.roles import role_of
from leadtrace.store.sql_engine import make_engine

SCORING = role_of("scoring")


class TestPool:
    async def test_acts_as_the_role_from_the_first_statement(self, database_url: str) -> None:
        pool = await make_pool(database_url, SCORING, size=2)
        async with pool.acquire() as first, pool.acquire() as second:
            assert [await one.fetchval("select current_user") for one in (first, second)] == [SCORING] * 2
        assert await ping(pool) is None
        await pool.close()

    async def test_keeps_the_role_over_borrowers(self, database_url: str) -> None:
        pool = await make_pool(database_url, SCORING, size=1)
        for _ in range(3):
            async with pool.acquire() as connection:
                await connection.execute("reset all")
                assert await connection.fetchval("select current_user") == SCORING
                assert await connection.fetchval("show jit") == "off"
        await pool.close()

    async def test_cannot_write_into_the_schema_of_another_service(self, database_url: str) -> None:
        pool = await make_pool(database_url, SCORING, size=1)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute("create table ingest.intruder (id int)")
        await pool.execute("create table scoring.own (id int)")
        await pool.close()

    async def test_ping_says_why_the_database_is_away(self, database_url: str) -> None:
        pool = await make_pool(database_url, SCORING, size=1)
        await pool.close()
        assert "pool is closed" in (await ping(pool) or "")


class TestEngine:
    async def test_reads_in_the_role_over_a_unix_socket(self, database_url: str) -> None:
        engine = make_engine(database_url, SCORING, size=1)
        async with engine.connect() as connection:
            assert await connection.scalar(text("select current_user")) == SCORING
        await engine.dispose()

    async def test_works_as_the_connecting_user_too(self, database_url: str) -> None:
        engine = make_engine(database_url, size=1)
        async with engine.connect() as connection:
            assert await connection.scalar(text("select current_user")) == "postgres"
        await engine.dispose()

    async def test_a_connection_that_the_server_ended_while_it_lay_idle_is_made_anew(
        self, database_url: str
    ) -> None:
        engine, other = make_engine(database_url, SCORING, size=1), await connect(database_url)
        async with engine.connect() as connection:
            ended = await connection.scalar(text("select pg_backend_pid()"))
        assert await other.fetchval("select pg_terminate_backend($1, 10000)", ended)
        async with engine.connect() as connection:
            assert await connection.scalar(text("select pg_backend_pid()")) != ended
            assert await connection.scalar(text("select current_user")) == SCORING
        await engine.dispose()
        await other.close()


async def test_wait_for_database_gives_up_at_its_deadline(database_url: str) -> None:
    await wait_for_database(database_url, deadline_s=5)
    nowhere = database_url.replace("port=5432", "port=5999")
    with pytest.raises(TimeoutError):
        await wait_for_database(nowhere, deadline_s=0.1)


async def test_connect_uses_the_role(database_url: str) -> None:
    connection = await connect(database_url, SCORING)
    assert await connection.fetchval("select current_user") == SCORING
    await connection.close()
