"""Ingest's migrations and its metadata say the same, and its views count what its tables hold."""

from leadtrace.store.engine import connect
from leadtrace.store.migrate import room_of
from leadtrace.testing.schema import assert_schema_matches
from leadtrace_ingest.tables import metadata

DEFINITIONS = ("definitions", "definition_approvals", "definition_shadows", "definition_activations")


async def test_migrations_equal_metadata(database_url: str) -> None:
    await assert_schema_matches(database_url, room_of("ingest"), metadata)


async def test_other_services_read_the_views_and_nothing_else(database_url: str) -> None:
    connection = await connect(database_url, "leadtrace_scoring")
    try:
        views = ("events", "unpublished", "items", "intake", "quarantine")
        for view in (*views, *DEFINITIONS):
            assert await connection.fetchval(f"select count(*) from ingest.pub_{view}") == 0
        granted = await connection.fetchval(
            "select count(*) from pg_tables where schemaname = 'ingest'"
            " and has_table_privilege('leadtrace_scoring', schemaname || '.' || tablename, 'select')"
        )
        assert granted == 0
    finally:
        await connection.close()
