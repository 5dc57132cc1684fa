"""Seal raw bodies and personal blocks under keys that an erasure destroys; keep erasures."""

from alembic import op

revision = "ingest_0006"
down_revision = "ingest_0005"

_STATEMENTS = (
    # Bodies of earlier rows have no key: they stand in clear until `leadtrace keys rotate-master` seals them.
    """
    alter table intake add column body_key bytea, add column redacted integer[],
                       add column raw_erased_at timestamptz
    """,
    "alter table quarantine add column raw_key bytea",
    "alter table item_totals add column suppressed bigint not null default 0",
    """
    create table personal_keys (
      subject_key uuid primary key,
      wrapped bytea not null,
      made_at timestamptz not null default now()
    )
    """,
    """
    create table master_keys (
      master_id bytea primary key,
      first_used_at timestamptz not null default now(),
      retired_at timestamptz
    )
    """,
    """
    create table erasures (
      erasure_id uuid primary key,
      number bigint generated always as identity unique,
      lead_id uuid not null,
      state text not null,
      erased_until timestamptz not null,
      requested_by text not null,
      requested_at timestamptz not null,
      intake_id uuid,
      item integer,
      part smallint,
      search bytea,
      search_key bytea,
      searched_to uuid,
      counts jsonb not null default '{}',
      finished_at timestamptz,
      unique (intake_id, item, part),
      constraint erasures_state_check check (state in ('requested', 'searching', 'done'))
    )
    """,
    "create index ix_erasures_unfinished on erasures (number) where state <> 'done'",
    "create index ix_erasures_lead_id on erasures (lead_id)",
    """
    create table suppressions (
      key bytea primary key,
      kind text not null,
      until timestamptz not null,
      ordinal integer not null
    )
    """,
    """
    create table redactions (
      intake_id uuid not null,
      item integer not null,
      erasure_id uuid,
      primary key (intake_id, item)
    )
    """,
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
    """
    create or replace view pub_intake as
      select intake_id, sender, received_at, state, items::bigint as accepted_items, outcomes, redacted,
             raw_erased_at
      from intake
    """,
    "create view pub_master_keys as select master_id, retired_at from master_keys",
    "create view pub_personal_keys as select subject_key, wrapped from personal_keys",
    """
    create view pub_erasures as
      select erasure_id, lead_id, state, erased_until, requested_by, requested_at, counts, finished_at
      from erasures
    """,
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
