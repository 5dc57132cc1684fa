"""The api's migrations and its metadata say the same."""

from leadtrace.store.engine import connect
from leadtrace.store.migrate import room_of
from leadtrace.testing.schema import assert_schema_matches
from leadtrace_api.tables import LEADS


async def test_migrations_equal_metadata(database_url: str) -> None:
    await assert_schema_matches(database_url, room_of("api"), LEADS.metadata)


async def test_others_read_each_version_of_a_row(database_url: str) -> None:
    """An owner compares the revision of what it holds with that of the same version, in shadow too."""
    owner = await connect(database_url, "leadtrace_api")
    await owner.execute(
        "insert into api.leads (lead_id, definition_version, outcome_revision, score_revision) values "
        "('00000000-0000-0000-0000-000000000001', 1, 5, 6), ('00000000-0000-0000-0000-000000000001', 2, 7, 8)"
    )
    await owner.close()
    reader = await connect(database_url, "leadtrace_attribution")
    rows = await reader.fetch(
        "select definition_version, score_revision, outcome_revision from api.pub_leads order by 1"
    )
    await reader.close()
    assert [tuple(row) for row in rows] == [(1, 6, 5), (2, 8, 7)]
