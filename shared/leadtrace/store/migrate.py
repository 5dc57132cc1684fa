"""Brings every schema up to date: Alembic version files, one room per service, no `env.py` anywhere.

To change a schema, add `2026-11-22-0930_what_it_does.py` to `leadtrace_<service>/migrations/versions/`
with `revision`, `down_revision` and `upgrade()`; it runs as the service's role, its schema first on the
search path, in one transaction a room, all rooms under one advisory lock (docs/migrations.md).

    revision = "scoring_0002"          # <service>_<number>; no dashes
    down_revision = "scoring_0001"     # None in the first file of a room

    def upgrade() -> None:
        op.add_column("scores", sa.Column("version", sa.Text(), nullable=False, server_default="v1"))
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import StampStep
from alembic.script import ScriptDirectory
from alembic.script.revision import Revision
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtrace.store.grants import ensure_roles, grant_views
from leadtrace.store.reader_login import ensure_reader
from leadtrace.store.roles import role_of
from leadtrace.store.sql_engine import make_engine

VERSION_TABLE = "schema_versions"
LOCK_TIMEOUT_S = 5.0
# Another process that migrates at the same moment is waited for.
_ADVISORY_TIMEOUT_S = 60.0
_ADVISORY_KEY = 7_317_203_118


class NewerSchemaError(Exception):
    """The database is of a newer leadtrace: it has a revision that this one does not know."""


@dataclass(frozen=True, slots=True)
class MigrationRoom:
    """Where a service keeps its version files, and the schema and role that they are for."""

    service: str
    schema: str
    role: str
    package: str


@dataclass(frozen=True, slots=True)
class RoomResult:
    """What a run did to one room: revisions before and after, and the files that ran, in order."""

    room: MigrationRoom
    before: str | None
    after: str | None
    applied: tuple[str, ...]


def room_of(service: str) -> MigrationRoom:
    """The room of a service, by the rules that hold for all of them."""
    return MigrationRoom(service, service, role_of(service), f"leadtrace_{service}.migrations")


# Packages are named, not imported: shared code stands below the services.
ROOMS = tuple(room_of(service) for service in ("ingest", "scoring", "attribution", "api"))


async def migrate(
    url: str,
    rooms: Sequence[MigrationRoom] = ROOMS,
    *,
    lock_timeout_s: float = LOCK_TIMEOUT_S,
    reader_password: str | None = None,
) -> list[RoomResult]:
    """Bring the database at `url` up to date; the connecting user may create roles and schemas.

    With `reader_password` the login for dashboards is there afterwards, and has this password.

    Raises:
        sqlalchemy.exc.DBAPIError: a lock did not come in time, or a version file failed.
        alembic.util.CommandError: the version files of a room do not form one line.
        NewerSchemaError: a revision is applied that is not known here.
    """
    engine = make_engine(url, size=1)
    try:
        async with engine.connect() as connection, _advisory_lock(connection):
            services = [room.service for room in rooms]
            async with connection.begin():
                await ensure_roles(connection, services)
            results = [await _migrate_room(connection, room, lock_timeout_s) for room in rooms]
            async with connection.begin():
                await grant_views(connection, services)
                if reader_password is not None:
                    await ensure_reader(connection, reader_password)
            return results
    finally:
        await engine.dispose()


async def pending(url: str, rooms: Sequence[MigrationRoom] = ROOMS) -> dict[str, list[str]]:
    """Per service the revisions that are not applied yet; changes nothing.

    Raises:
        NewerSchemaError: a revision is applied that is not known here.
        sqlalchemy.exc.DBAPIError: the user may not look.
    """
    engine = make_engine(url, size=1)
    try:
        async with engine.connect() as connection:
            return {room.service: await connection.run_sync(_pending_of, room) for room in rooms}
    finally:
        await engine.dispose()


@asynccontextmanager
async def _advisory_lock(connection: AsyncConnection) -> AsyncGenerator[None]:
    async with connection.begin():
        await connection.execute(text(f"set local lock_timeout = {int(_ADVISORY_TIMEOUT_S * 1_000)}"))
        await connection.execute(text("select pg_advisory_lock(:key)"), {"key": _ADVISORY_KEY})
    try:
        yield
    finally:
        # A failed connection gives the lock back by ending.
        if not connection.invalidated:
            async with connection.begin():
                await connection.execute(text("select pg_advisory_unlock(:key)"), {"key": _ADVISORY_KEY})


async def _migrate_room(
    connection: AsyncConnection, room: MigrationRoom, lock_timeout_s: float
) -> RoomResult:
    async with connection.begin():
        await connection.execute(text(f"set local lock_timeout = {int(lock_timeout_s * 1_000)}"))
        await connection.execute(text(f"set local role {room.role}"))
        await connection.execute(text(f"set local search_path = {room.schema}"))
        return await connection.run_sync(_upgrade, room)


def _upgrade(connection: Connection, room: MigrationRoom) -> RoomResult:
    script = script_of(room)
    before: list[str | None] = []
    applied: list[str] = []

    def steps(revision: str | Sequence[str], _: MigrationContext) -> list[StampStep]:
        before.append(revision[0] if not isinstance(revision, str) and revision else None)
        _require_known(script, before[0], room)
        planned = script._upgrade_revs("head", revision)  # type: ignore[arg-type] # noqa: SLF001
        applied.extend(step.revision.revision for step in planned)
        return planned  # type: ignore[return-value]

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(
            connection=connection, version_table=VERSION_TABLE, version_table_schema=room.schema
        )
        environment.run_migrations()
    return RoomResult(room, before[0], applied[-1] if applied else before[0], tuple(applied))


def _pending_of(connection: Connection, room: MigrationRoom) -> list[str]:
    options = {"version_table": VERSION_TABLE, "version_table_schema": room.schema}
    context = MigrationContext.configure(connection, opts=options)
    here = context.get_current_revision()
    script = script_of(room)
    _require_known(script, here, room)
    return [one.revision for one in _newest_first(script, here)][::-1]


def _require_known(script: ScriptDirectory, applied: str | None, room: MigrationRoom) -> None:
    if applied is not None and all(one.revision != applied for one in script.walk_revisions()):
        raise NewerSchemaError(
            f"{room.schema} is at {applied}, which this version of leadtrace does not know"
        )


def _newest_first(script: ScriptDirectory, applied: str | None) -> list[Revision]:
    return list(script.iterate_revisions("heads", applied or "base"))


def script_of(room: MigrationRoom) -> ScriptDirectory:
    """The room's version files; a room without any yet is an empty line of them."""
    versions = resources.files(room.package).joinpath("versions")
    folder = Path(str(versions))
    return ScriptDirectory(dir=str(folder.parent), version_locations=[str(folder)] if folder.is_dir() else [])
