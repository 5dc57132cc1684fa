"""A pytest plugin: one real PostgreSQL per test process, and a fresh migrated database per test.

`database_url` is a clone of a migrated template, so tests share nothing; `empty_database_url` has no
schema yet; `postgres_server` gives the server itself. Tests that kill PostgreSQL start one of their own.
"""

import shutil
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadtrace.embedded.postgres import EmbeddedPostgres
from leadtrace.store.engine import connect
from leadtrace.store.migrate import migrate
from leadtrace.testing.loop_thread import LoopThread

_TEMPLATE = "leadtrace_template"
_EMPTY = "template0"


@dataclass(slots=True)
class PostgresServer:
    """A running PostgreSQL without durability, for the tests of one process."""

    postgres: EmbeddedPostgres
    loop: LoopThread
    _made: int = 0

    def create(self, template: str) -> str:
        """A new database made from `template`; its name."""
        self._made += 1
        name = f"test_{self._made}"
        self._execute(f"create database {name} template {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._execute(f"drop database if exists {name} with (force)")

    def url_of(self, name: str) -> str:
        """The address of a database of this server."""
        return self.postgres.url_of(name)

    def make_template(self) -> None:
        """Make the migrated template that `database_url` clones."""
        self._execute(f"create database {_TEMPLATE}")
        self.loop.run(migrate(self.url_of(_TEMPLATE)))

    def _execute(self, statement: str) -> None:
        self.loop.run(_execute(self.postgres.admin_url, statement))


@pytest.fixture(scope="session")
def postgres_server() -> Generator[PostgresServer]:
    """PostgreSQL from the wheel in a folder of its own, stopped and removed at the end of the session."""
    # A short path that the unprivileged user can reach, which pytest's own folders are not.
    folder = Path(tempfile.mkdtemp(prefix="leadtrace-test-"))
    folder.chmod(0o711)
    postgres = EmbeddedPostgres(folder / "postgres", folder / "postgres.log", durable=False)
    with LoopThread("postgres-fixture") as loop:
        loop.run(postgres.start())
        try:
            yield PostgresServer(postgres, loop)
        finally:
            loop.run(postgres.stop())
            shutil.rmtree(folder)


@pytest.fixture(scope="session")
def migrated_template(postgres_server: PostgresServer) -> str:
    """The name of a database with every migration applied; nobody connects to it."""
    postgres_server.make_template()
    return _TEMPLATE


@pytest.fixture
def database_url(postgres_server: PostgresServer, migrated_template: str) -> Generator[str]:
    """The address of a migrated database that only this test uses."""
    name = postgres_server.create(migrated_template)
    yield postgres_server.url_of(name)
    postgres_server.drop(name)


@pytest.fixture
def empty_database_url(postgres_server: PostgresServer) -> Generator[str]:
    """The address of a database without any schema that only this test uses."""
    name = postgres_server.create(_EMPTY)
    yield postgres_server.url_of(name)
    postgres_server.drop(name)


async def _execute(url: str, statement: str) -> None:
    connection = await connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
