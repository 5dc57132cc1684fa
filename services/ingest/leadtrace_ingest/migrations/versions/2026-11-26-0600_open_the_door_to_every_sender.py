"""Redo single items, discard, idempotency keys, API keys, scopes of spend; pending rows by sender."""

from alembic import op

revision = "ingest_0002"
down_revision = "ingest_0001"

_STATEMENTS = (
    "alter table intake add column redo integer[], add column idempotency_key text",
    "alter table item_totals add column discarded bigint not null default 0",
    "drop index ix_intake_pending",
    "create index ix_intake_pending on intake (sender, intake_id) where state = 'pending'",
    """
    create unique index ix_intake_idempotency_key on intake (sender, idempotency_key)
    where idempotency_key is not null
    """,
    """
    create table api_keys (
      key_id uuid primary key,
      name text not null,
      scopes text[] not null,
      sender text,
      hash bytea not null unique,
      made_at timestamptz not null default now(),
      revoked_at timestamptz
    )
    """,
    """
    create table spend_scopes (
      source text not null,
      account text not null,
      from_day date not null,
      to_day date not null,
      first_at timestamptz not null,
      last_at timestamptz not null,
      primary key (source, account, from_day, to_day)
    )
    """,
    "create view pub_api_keys as select key_id, scopes, sender, hash, revoked_at from api_keys",
    # What is done again is pending and no longer what it was: its earlier outcome is taken out of the totals.
    """
    create or replace view pub_items as
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
             0::bigint as suppressed,
             coalesce(done.quarantined, 0) + coalesce(summed.quarantined, 0) as quarantined,
             coalesce(done.discarded, 0) + coalesce(summed.discarded, 0) as discarded,
             coalesce(summed.pending, 0) as pending,
             summed.oldest_pending_at
      from item_totals done
      full join summed using (sender)
    """,
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
