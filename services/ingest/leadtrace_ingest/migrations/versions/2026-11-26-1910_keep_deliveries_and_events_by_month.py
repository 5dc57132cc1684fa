"""Partition the intake log and the events by the month of their receipt; keep idempotency keys beside."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "ingest_0007"
down_revision = "ingest_0006"

# What was received until now stays one partition, up to the end of this month. The default takes what bears
# the id of a month that has no partition.
_INTAKE = (
    "drop view pub_intake",
    "drop view pub_items",
    """
    create table idempotency_keys (
      sender text not null,
      key text not null,
      intake_id uuid not null,
      primary key (sender, key)
    )
    """,
    "create index ix_idempotency_keys_intake_id on idempotency_keys (intake_id)",
    """
    insert into idempotency_keys (sender, key, intake_id)
    select sender, idempotency_key, intake_id from intake where idempotency_key is not null
    """,
    "drop index ix_intake_idempotency_key",
    "alter table intake drop column idempotency_key",
    "alter table intake rename to {first}",
    "alter table {first} rename constraint intake_pkey to {first}_pkey",
    "alter index ix_intake_pending rename to ix_{first}_pending",
    """
    create table intake (like {first} including defaults including constraints including storage)
      partition by range (intake_id)
    """,
    "alter table intake add constraint intake_pkey primary key (intake_id)",
    "create index ix_intake_pending on intake (sender, intake_id) where state = 'pending'",
    "alter table intake attach partition {first} for values from (minvalue) to ('{until}')",
    "create table intake_default partition of intake default",
)
_EVENTS = (
    "drop view pub_events",
    "alter table events rename to {first}",
    "alter table {first} drop constraint events_pkey",
    "alter table {first} rename constraint events_intake_id_item_part_key to {first}_intake_id_item_part_key",
    "alter index ix_events_entity_id rename to ix_{first}_entity_id",
    "alter index ix_events_id rename to ix_{first}_id",
    "create table events (like {first} including defaults including storage) partition by range (intake_id)",
    "alter table events add primary key (event_no, intake_id) include (topic, stored_at)",
    "alter table events add unique (intake_id, item, part)",
    "create index ix_events_entity_id on events (entity_id)",
    "create index ix_events_id on events (id)",
    "alter table events attach partition {first} for values from (minvalue) to ('{until}')",
    "create table events_default partition of events default",
)
_LAPSES = (
    # What is no longer kept, by partition: deliveries, or events by topic with their numbers. `discarded` are
    # those that a reader never took, by reader.
    """
    create table lapsed_deliveries (
      partition text primary key,
      received_before timestamptz not null,
      deliveries bigint not null,
      lapsed_at timestamptz not null
    )
    """,
    """
    create table lapsed_events (
      partition text not null,
      topic text not null,
      received_before timestamptz not null,
      events bigint not null,
      numbers int8multirange not null,
      discarded jsonb not null default '{}',
      lapsed_at timestamptz not null,
      primary key (partition, topic)
    )
    """,
    # Whose history is no longer whole.
    """
    create table lapsed_entities (
      entity_id uuid primary key,
      events bigint not null,
      received_before timestamptz not null
    )
    """,
    """
    create view pub_lapsed_deliveries as
      select partition, received_before, deliveries, lapsed_at from lapsed_deliveries
    """,
    """
    create view pub_lapsed_events as
      select partition, topic, received_before, events, numbers, discarded, lapsed_at from lapsed_events
    """,
    "create view pub_lapsed_entities as select entity_id, events, received_before from lapsed_entities",
)
_VIEWS = (
    """
    create view pub_events as
      select event_no, source, id, type, topic, entity_id, subject, occurred_at, recorded_at, body, intake_id,
             item, mapping
      from events
    """,
    """
    create view pub_intake as
      select intake_id, sender, received_at, state, items::bigint as accepted_items, outcomes, redacted,
             raw_erased_at
      from intake
    """,
    """
    create view pub_items as
      with open as (
        select sender, received_at, items, outcomes, redo from intake where state = 'pending'
      ), undone as (
        select sender, received_at, 'accepted' as term, items::bigint as count
        from open where outcomes is null
        union all
        select sender, received_at, 'pending',
               case when redo is null then items else cardinality(redo) end::bigint from open
        union all
        select open.sender, open.received_at, outcome.key, -(outcome.value::bigint)
        from open, jsonb_each_text(open.outcomes - 'items') outcome
        where open.redo is null
        union all
        select open.sender, open.received_at, coalesce(said.value ->> 'outcome', 'published'), -1
        from open
        cross join unnest(open.redo) wanted (item)
        left join jsonb_array_elements(open.outcomes -> 'items') said
          on (said.value ->> 'item')::int = wanted.item
      ), summed as (
        select sender, min(received_at) as oldest_pending_at,
               coalesce(sum(count) filter (where term = 'accepted'), 0)::bigint as accepted,
               coalesce(sum(count) filter (where term = 'published'), 0)::bigint as published,
               coalesce(sum(count) filter (where term = 'duplicate'), 0)::bigint as duplicate,
               coalesce(sum(count) filter (where term = 'ignored'), 0)::bigint as ignored,
               coalesce(sum(count) filter (where term = 'suppressed'), 0)::bigint as suppressed,
               coalesce(sum(count) filter (where term = 'quarantined'), 0)::bigint as quarantined,
               coalesce(sum(count) filter (where term = 'discarded'), 0)::bigint as discarded,
               coalesce(sum(count) filter (where term = 'pending'), 0)::bigint as pending
        from undone group by sender
      )
      select sender,
             coalesce(done.accepted, 0) + coalesce(summed.accepted, 0) as accepted,
             coalesce(done.published, 0) + coalesce(summed.published, 0) as published,
             coalesce(done.duplicate, 0) + coalesce(summed.duplicate, 0) as duplicate,
             coalesce(done.ignored, 0) + coalesce(summed.ignored, 0) as ignored,
             coalesce(done.suppressed, 0) + coalesce(summed.suppressed, 0) as suppressed,
             coalesce(done.quarantined, 0) + coalesce(summed.quarantined, 0) as quarantined,
             coalesce(done.discarded, 0) + coalesce(summed.discarded, 0) as discarded,
             coalesce(summed.pending, 0) as pending,
             summed.oldest_pending_at
      from item_totals done
      full join summed using (sender)
    """,
)


def upgrade() -> None:
    """Make everything; the rows stay where they are."""
    now: datetime = op.get_bind().execute(sa.text("select now()")).scalar_one().astimezone(UTC)
    month = now.year * 12 + now.month  # the next one, counted from the year 0
    until = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
    # Ids begin with the millisecond of the receipt.
    bound = f"{int(until.timestamp() * 1_000):012x}{'0' * 20}"
    for table, statements in (("intake", _INTAKE), ("events", _EVENTS)):
        first = f"{table}_before_{until:%Y_%m}"
        for statement in statements:
            op.execute(statement.format(first=first, until=bound))
    for statement in (*_LAPSES, *_VIEWS):
        op.execute(statement)
