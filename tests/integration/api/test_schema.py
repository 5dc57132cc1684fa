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


async def test_bodies_of_a_lead_are_kept_out_of_its_row_and_what_is_counted_from_in_it(
    database_url: str,
) -> None:
    """As large as those of a lead that was captured, scored and offered to sales."""
    owner = await connect(database_url, "leadtrace_api")
    counted = "channel, campaign, partner, reached_days, revenue, flags, steps"
    await owner.execute(
        f"insert into api.leads (lead_id, definition_version, outcome_body, score_body, {counted}) values "
        "(gen_random_uuid(), 3, "
        "convert_to(repeat('o', 1868), 'UTF8'), convert_to(repeat('s', 1469), 'UTF8'), 'organic search', "
        "repeat('campaign ', 8), repeat('partner ', 4), array_fill(date '2026-11-28', array[7]), "
        "'{\"EUR\": 100000}', '{late_event}', convert_to(repeat('s', 84), 'UTF8'))"
    )
    columns = ["outcome_body", "score_body", *counted.split(", ")]
    held = await owner.fetchrow(
        f"select {', '.join(f'pg_column_toast_chunk_id({one}) as {one}' for one in columns)} "
        "from api.leads where definition_version = 3"
    )
    await owner.close()
    assert held is not None
    assert [name for name, chunk in held.items() if chunk is not None] == ["outcome_body", "score_body"]
