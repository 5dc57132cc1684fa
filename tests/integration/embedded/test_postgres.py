"""The embedded PostgreSQL: comes up after anything, keeps what was committed, runs unprivileged."""

import os
import stat
import time
from pathlib import Path

import asyncpg
import psutil
import pytest

from leadtrace.embedded.postgres import EmbeddedPostgres
from leadtrace.embedded.postgres_home import PostgresUnavailableError, can_reach, prepare_home
from leadtrace.embedded.process import Owner
from leadtrace.embedded.readiness import free_port
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually

pytestmark = pytest.mark.embedded

FIRST_START_S = 8.0  # aim 2 s on an idle machine
NEXT_START_S = 3.0  # aim 0.3 s on an idle machine


def make(folder: Path, **changes: object) -> EmbeddedPostgres:
    given = {"outside": folder / "outside", "durable": False, **changes}
    return EmbeddedPostgres(folder / "postgres", folder / "postgres.log", **given)  # type: ignore[arg-type]


async def fetch(url: str, query: str) -> object:
    connection = await connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def write(url: str, statement: str) -> None:
    connection = await connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_keeps_what_was_committed_through_stop_and_kill(folder: Path) -> None:
    postgres = make(folder, durable=True)
    begun = time.monotonic()
    await postgres.start()
    assert time.monotonic() - begun < FIRST_START_S
    await write(postgres.url, "create table kept (n int); insert into kept values (1)")
    await postgres.stop()
    assert not postgres.running
    begun = time.monotonic()
    await postgres.start()
    assert time.monotonic() - begun < NEXT_START_S
    await write(postgres.url, "insert into kept values (2)")
    await postgres.kill()
    await postgres.start()
    assert await fetch(postgres.url, "select sum(n) from kept") == 3
    await postgres.stop()


async def test_runs_with_the_settings_that_were_measured(folder: Path) -> None:
    postgres = make(folder, durable=True)
    await postgres.start()
    settings = {
        name: await fetch(postgres.url, f"show {name}") for name in ("shared_buffers", "max_wal_size", "jit")
    }
    assert settings == {"shared_buffers": "256MB", "max_wal_size": "4GB", "jit": "off"}
    assert await fetch(postgres.url, "show synchronous_commit") == "on"
    assert await fetch(postgres.url, "show fsync") == "on"
    assert await fetch(postgres.url, "show listen_addresses") == ""
    assert await fetch(postgres.url, "select 'B' < 'a'"), "text compares by code point"
    await postgres.stop()


async def test_a_stale_pid_file_that_names_a_stranger_does_not_stop_the_start(folder: Path) -> None:
    postgres = make(folder)
    await postgres.start()
    await postgres.kill()
    status = folder / "postgres" / "data" / "postmaster.pid"
    await eventually(lambda: not _postgres_in(status.parent), what="the backends are gone")
    lines = status.read_text().splitlines()
    owner = status.stat()
    status.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    os.chown(status, owner.st_uid, owner.st_gid)
    await postgres.start()
    assert await fetch(postgres.url, "select 1") == 1
    await postgres.stop()


async def test_an_orphan_of_a_killed_supervisor_is_replaced(folder: Path) -> None:
    first, second = make(folder), make(folder)
    await first.start()
    orphan = first.pid
    await second.start(deadline_s=40)
    assert second.pid != orphan
    assert await fetch(second.url, "select 1") == 1
    await first.stop()
    await second.stop()


async def test_tcp_is_opened_on_loopback_with_a_password(folder: Path) -> None:
    postgres = make(folder, port=free_port())
    await postgres.start()
    assert postgres.tcp_url is not None
    assert await fetch(postgres.tcp_url, "select 1") == 1
    user, _, rest = postgres.tcp_url.partition(":")[2].partition(":")
    wrong = f"postgresql:{user}:wrong@{rest.partition('@')[2]}"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await fetch(wrong, "select 1")
    await postgres.stop()


async def test_a_long_path_gets_a_short_socket_folder(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    postgres = EmbeddedPostgres(deep / "postgres", folder / "postgres.log", durable=False)
    await postgres.start()
    assert await fetch(postgres.url, "select 1") == 1
    await postgres.stop()
    home = prepare_home(deep / "postgres")
    assert not home.sockets.is_relative_to(deep)
    home.sockets.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
class TestAsRoot:
    async def test_runs_as_somebody_else(self, folder: Path) -> None:
        postgres = make(folder)
        await postgres.start()
        assert psutil.Process(postgres.pid).uids().real != 0
        assert stat.S_IMODE((folder / "postgres").stat().st_mode) == 0o700
        await postgres.stop()

    async def test_a_private_home_keeps_the_data_outside_behind_a_link(self, folder: Path) -> None:
        private = folder / "home"
        private.mkdir(mode=0o700)
        postgres = EmbeddedPostgres(
            private / "postgres", private / "postgres.log", durable=False, outside=folder / "outside"
        )
        await postgres.start()
        await write(postgres.url, "create table kept (n int)")
        assert (private / "postgres").readlink().is_relative_to(folder / "outside")
        await postgres.stop()
        await postgres.start()
        assert await fetch(postgres.url, "select count(*) from kept") == 0
        await postgres.stop()

    def test_a_link_to_nothing_is_said_and_not_replaced(self, folder: Path) -> None:
        (folder / "postgres").symlink_to(folder / "gone")
        with pytest.raises(PostgresUnavailableError, match="which is gone"):
            prepare_home(folder / "postgres", outside=folder / "outside")

    def test_reach_needs_every_folder_above(self, folder: Path) -> None:
        inner = folder / "shut" / "open"
        inner.mkdir(parents=True)
        nobody = Owner(65534, 65534)
        assert can_reach(inner, nobody)
        (folder / "shut").chmod(0o700)
        assert not can_reach(inner, nobody)


def _postgres_in(data: Path) -> list[psutil.Process]:
    return [one for one in psutil.process_iter(["name", "cwd"]) if one.info["cwd"] == str(data)]
