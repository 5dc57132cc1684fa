"""Scoring's migrations and its metadata say the same, and its views are what others may read."""

from uuid import UUID

import pytest

from leadtrace.domain.predict.features import Plan
from leadtrace.events.lead import LeadCaptured
from leadtrace.store.engine import connect
from leadtrace.store.migrate import room_of
from leadtrace.store.roles import role_of
from leadtrace.testing.builders import event
from leadtrace.testing.schema import assert_schema_matches
from leadtrace_scoring.prediction.trainings import ask
from leadtrace_scoring.tables import METADATA
from tests.integration.chain.scene import Scene
from tests.integration.scoring.speaking import speak

_READERS = [role_of(service) for service in ("ingest", "attribution", "api")]
_VIEWS = {
    "pub_leads": "lead_id definition_version revision qualification_revision event_count ignored_count"
    " stuck_error redirect_to body",
    "pub_seen": "event_no",
    "pub_notes": "kind ids noted_at",
    "pub_dead_letters": "dead_letter_id topic reason event_no dead_at settled_as",
    "pub_models": "version hash kind reads body trained_on trained_at result activated_at retired_at"
    " retired_because",
    "pub_trainings": "training_id state model_version result left_out error started_by started_at ended_at",
}


async def test_migrations_equal_metadata(database_url: str) -> None:
    await assert_schema_matches(database_url, room_of("scoring"), METADATA)


@pytest.mark.parametrize("reader", _READERS)
async def test_others_read_the_views_and_nothing_else(scene: Scene, reader: str) -> None:
    await scene.bus.put("lead-events", b"key", b"poison")
    await scene.put(
        event(LeadCaptured(), "contact/1", 1),
    )
    await scene.settle()
    await speak(scene.pool, Plan(), 1)
    async with scene.pool.acquire() as owner:
        await ask(owner, UUID(int=1), "a plan", by="a test")
    connection = await connect(scene.url, reader)
    try:
        for view, columns in _VIEWS.items():
            rows = await connection.fetch(f"select * from scoring.{view}")
            assert rows, view
            assert " ".join(rows[0].keys()) == columns
        readable = await connection.fetch(
            "select tablename from pg_tables where schemaname = 'scoring'"
            " and has_table_privilege(schemaname || '.' || tablename, 'select')"
        )
        assert readable == []
    finally:
        await connection.close()


async def test_sets_and_bodies_are_kept_out_of_line_and_unpacked(scene: Scene) -> None:
    stored = await scene.pool.fetch(
        "select distinct attname::text, attstorage::text from pg_attribute where attrelid ="
        " 'scoring.leads'::regclass and attname in"
        " ('facts', 'state', 'body') order by 1"
    )
    assert [tuple(row) for row in stored] == [("body", "e"), ("facts", "e"), ("state", "e")]
