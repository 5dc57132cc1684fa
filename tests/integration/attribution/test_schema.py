"""Attribution's migrations and its metadata say the same, and its views are what others may read."""

import pytest

from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.lead import LeadCaptured
from leadtrace.store.engine import connect
from leadtrace.store.migrate import room_of
from leadtrace.store.roles import role_of
from leadtrace.testing.builders import event, lead_ref
from leadtrace.testing.schema import assert_schema_matches
from leadtrace_attribution.tables import METADATA
from tests.integration.attribution.credited import credit
from tests.integration.chain.scene import Scene

_READERS = [role_of(service) for service in ("ingest", "scoring", "api")]
_VIEWS = {
    "pub_leads": "lead_id definition_version revision qualification_revision event_count ignored_count"
    " stuck_error redirect_to body",
    "pub_deals": "deal_id definition_version revision event_count ignored_count stuck_error redirect_to body",
    "pub_seen": "event_no",
    "pub_notes": "kind ids noted_at",
    "pub_dead_letters": "dead_letter_id topic reason event_no dead_at settled_as",
    "pub_notifications": "notification_no notification_id kind lead_id definition_version clock moment team"
    " owner partner created_at routed_to",
    "pub_webhooks": "subscription matched delivered pending dead",
    "pub_webhook_balance": "matched unrouted delivered pending dead oldest_unrouted_at oldest_pending_at",
    "pub_subscriptions": "subscription kinds teams configured known_since disabled_at disabled_reason",
    "pub_journeys": "unit_id kind judged_by outcome ended_on touches cut leads amount counted_in missing"
    " channels sources mediums campaigns contents outlets entered_on",
    "pub_journey_days": "ended_on outcome counted_in channels journeys amount",
    "pub_journey_steps": "ended_on outcome kind origin target journeys",
    "pub_credits": "deal_id won_on booked_on counted_in attributed channel source medium campaign content"
    " outlet amounts",
    "pub_credit_days": "won_on booked_on counted_in attributed channel source medium campaign content outlet"
    " credits amounts",
    "pub_credit_work": "pending oldest_marked_at",
    "pub_credit_state": "part token",
}
_TOLD = """
insert into attribution.notifications
  (notification_id, kind, lead_id, definition_version, moment, data, routed_to)
values (gen_random_uuid(), 'lead.qualified', gen_random_uuid(), 1, now(), '{}', 1);
insert into attribution.subscriptions
  (subscription, kinds, teams, address_hash, configured, known_since)
values ('crm', '{}', '{}', '', true, now());
insert into attribution.deliveries (notification_no, subscription, state, next_at)
select notification_no, 'crm', 'pending', now() from attribution.notifications
"""


async def test_migrations_equal_metadata(database_url: str) -> None:
    await assert_schema_matches(database_url, room_of("attribution"), METADATA)


@pytest.mark.parametrize("reader", _READERS)
async def test_others_read_the_views_and_nothing_else(scene: Scene, reader: str) -> None:
    await scene.bus.put("lead-events", b"key", b"poison")
    await scene.put(
        event(LeadCaptured(), "contact/1", 1),
        event(DealCreated(), "deal/1", 2),
        event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 3),
        event(DealUpdated(amount="100", currency="EUR"), "deal/1", 4),
        event(DealWon(claimed="won"), "deal/1", 5),
    )
    await scene.settle()
    await credit(scene)
    await scene.pool.execute(_TOLD)
    connection = await connect(scene.url, reader)
    try:
        for view, columns in _VIEWS.items():
            rows = await connection.fetch(f"select * from attribution.{view}")
            assert rows, view
            assert " ".join(rows[0].keys()) == columns
        readable = await connection.fetch(
            "select tablename from pg_tables where schemaname = 'attribution'"
            " and has_table_privilege(schemaname || '.' || tablename, 'select')"
        )
        assert readable == []
    finally:
        await connection.close()


async def test_sets_and_bodies_are_kept_out_of_line_and_unpacked(scene: Scene) -> None:
    stored = await scene.pool.fetch(
        "select distinct attname::text, attstorage::text from pg_attribute where attrelid in"
        " ('attribution.leads'::regclass, 'attribution.deals'::regclass) and attname in"
        " ('facts', 'state', 'body') order by 1"
    )
    assert [tuple(row) for row in stored] == [("body", "e"), ("facts", "e"), ("state", "e")]
