"""Holds a service's migrations against the metadata of its `tables.py`: they must say the same."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text

from leadtrace.store.migrate import VERSION_TABLE, MigrationRoom
from leadtrace.store.sql_engine import make_engine


async def schema_differences(url: str, room: MigrationRoom, metadata: MetaData) -> list[str]:
    """What would still have to change in the migrated database at `url` to equal `metadata`.

    Tables, columns, types, nullability, server defaults, indexes, unique and foreign keys are compared;
    check constraints and views are not, because PostgreSQL rewrites their text.
    """
    engine = make_engine(url, size=1)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_differences, room, metadata)
    finally:
        await engine.dispose()


async def assert_schema_matches(url: str, room: MigrationRoom, metadata: MetaData) -> None:
    """Fail with the list of differences, if there are any."""
    differences = await schema_differences(url, room, metadata)
    assert not differences, "migrations and metadata differ:\n" + "\n".join(differences)  # noqa: S101


def _differences(connection: Connection, room: MigrationRoom, metadata: MetaData) -> list[str]:
    # Partitions follow from their table, and come and go.
    partitions = set(connection.scalars(text("select relname from pg_class where relispartition")))

    def include_name(name: str | None, kind: str, _: Any) -> bool:
        if kind == "schema":
            return name == room.schema
        return not (kind == "table" and (name == VERSION_TABLE or name in partitions))

    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": include_name,
            "compare_type": True,
            "compare_server_default": True,
            "target_metadata": metadata,
        },
    )
    return [repr(difference) for difference in compare_metadata(context, metadata)]
