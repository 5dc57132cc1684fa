"""Migrations: one schema and role each, in order, once, all or nothing per room."""

import asyncio
from collections.abc import Generator
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, ProgrammingError

from leadtrace.store.engine import connect
from leadtrace.store.migrate import ROOMS, migrate, pending
from leadtrace.store.roles import READONLY_ROLE, role_of
from leadtrace.testing.schema import assert_schema_matches, schema_differences

from .version_files import VersionFiles


@pytest.fixture
def files(tmp_path: Path) -> Generator[VersionFiles]:
    made = VersionFiles(tmp_path, "warehouse")
    yield made
    made.forget()


async def fetch(url: str, query: str, role: str | None = None) -> object:
    connection = await connect(url, role)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def is_readable(url: str, role: str, relation: str) -> bool:
    try:
        await fetch(url, f"select count(*) from {relation}", role)
    except asyncpg.InsufficientPrivilegeError:
        return False
    return True


async def test_applies_what_is_missing_and_nothing_twice(
    empty_database_url: str, files: VersionFiles
) -> None:
    files.add_first()
    (first,) = await migrate(empty_database_url, [files.room])
    assert (first.before, first.after, first.applied) == (None, "warehouse_0001", ("warehouse_0001",))
    files.add_second()
    assert await pending(empty_database_url, [files.room]) == {"warehouse": ["warehouse_0002"]}
    (second,) = await migrate(empty_database_url, [files.room])
    assert (second.before, second.after) == ("warehouse_0001", "warehouse_0002")
    (third,) = await migrate(empty_database_url, [files.room])
    assert (third.applied, third.after) == ((), "warehouse_0002")
    assert await pending(empty_database_url, [files.room]) == {"warehouse": []}


async def test_the_service_owns_what_its_files_make(empty_database_url: str, files: VersionFiles) -> None:
    files.add_first()
    await migrate(empty_database_url, [files.room])
    owner = await fetch(empty_database_url, "select tableowner from pg_tables where tablename = 'things'")
    assert owner == role_of("warehouse")
    versions = "select schemaname from pg_tables where tablename = 'schema_versions'"
    assert await fetch(empty_database_url, versions) == "warehouse"


async def test_others_read_public_views_only(
    empty_database_url: str, files: VersionFiles, tmp_path: Path
) -> None:
    files.add_first()
    (tmp_path / "b").mkdir()
    other = VersionFiles(tmp_path / "b", "shop")
    await migrate(empty_database_url, [files.room, other.room])
    seen = {
        (role, relation): await is_readable(empty_database_url, role, f"warehouse.{relation}")
        for role in (role_of("shop"), READONLY_ROLE)
        for relation in ("things", "pub_things", "pub_stats_things")
    }
    assert list(seen.values()) == [False, True, True, False, False, True]
    other.forget()


async def test_what_the_read_only_role_once_could_read_is_taken_back(
    empty_database_url: str, files: VersionFiles
) -> None:
    """Earlier versions granted it every public view, with hashes of keys and digests of persons in some."""
    files.add_first()
    await migrate(empty_database_url, [files.room])
    owner = await connect(empty_database_url)
    await owner.execute(f"grant select on warehouse.pub_things, warehouse.things to {READONLY_ROLE}")
    await owner.close()
    assert await is_readable(empty_database_url, READONLY_ROLE, "warehouse.pub_things")
    await migrate(empty_database_url, [files.room])
    for relation in ("things", "pub_things"):
        assert not await is_readable(empty_database_url, READONLY_ROLE, f"warehouse.{relation}")
    assert await is_readable(empty_database_url, READONLY_ROLE, "warehouse.pub_stats_things")


async def test_a_failing_file_leaves_the_room_as_it_was(empty_database_url: str, files: VersionFiles) -> None:
    files.add_first()
    await migrate(empty_database_url, [files.room])
    files.add_second(more='op.execute("select no_such_column from things")')
    with pytest.raises(ProgrammingError):
        await migrate(empty_database_url, [files.room])
    columns = "select count(*) from information_schema.columns where table_name = 'things'"
    assert await fetch(empty_database_url, columns) == 2
    assert await pending(empty_database_url, [files.room]) == {"warehouse": ["warehouse_0002"]}


async def test_two_starters_at_once_do_the_work_once(empty_database_url: str, files: VersionFiles) -> None:
    files.add_first()
    files.add_second()
    runs = await asyncio.gather(*(migrate(empty_database_url, [files.room]) for _ in range(3)))
    assert sorted(len(run[0].applied) for run in runs) == [0, 0, 2]


async def test_a_held_table_ends_the_run_within_the_lock_timeout(
    empty_database_url: str, files: VersionFiles
) -> None:
    files.add_first()
    await migrate(empty_database_url, [files.room])
    files.add_second()
    holder = await connect(empty_database_url)
    async with holder.transaction():
        await holder.execute("lock table warehouse.things in access exclusive mode")
        with pytest.raises(DBAPIError, match="lock timeout"):
            await migrate(empty_database_url, [files.room], lock_timeout_s=0.1)
    await holder.close()
    (run,) = await migrate(empty_database_url, [files.room])
    assert run.applied == ("warehouse_0002",)


async def test_schema_helper_names_each_difference(empty_database_url: str, files: VersionFiles) -> None:
    files.add_first()
    await migrate(empty_database_url, [files.room])
    metadata = sa.MetaData(schema="warehouse")
    things = sa.Table(
        "things", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text)
    )
    await assert_schema_matches(empty_database_url, files.room, metadata)
    things.append_column(sa.Column("colour", sa.Text))
    (difference,) = await schema_differences(empty_database_url, files.room, metadata)
    assert "add_column" in difference
    assert "colour" in difference


async def test_every_service_has_a_room_and_migrates(empty_database_url: str) -> None:
    results = await migrate(empty_database_url)
    assert [result.room.service for result in results] == ["ingest", "scoring", "attribution", "api"]
    assert await pending(empty_database_url, ROOMS) == {room.service: [] for room in ROOMS}
