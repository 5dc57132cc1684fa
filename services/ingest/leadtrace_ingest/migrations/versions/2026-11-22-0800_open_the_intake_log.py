"""Open the intake log; make claims, subjects, events, quarantine, totals and notes, and the public views."""

from alembic import op

revision = "ingest_0001"
down_revision = None

_TABLES = """
create sequence event_number_blocks as bigint start 1 increment 1000;

create table intake (
  intake_id uuid primary key,
  sender text not null,
  received_at timestamptz not null,
  items integer not null,
  headers jsonb not null,
  body bytea not null,
  state text not null default 'pending',
  outcomes jsonb,
  constraint intake_state_check check (state in ('pending', 'done'))
);
alter table intake alter column body set storage external;
create index ix_intake_pending on intake (intake_id) where state = 'pending';

create table claims (
  source_key uuid primary key,
  intake_id uuid not null,
  item integer not null,
  comparable bigint not null
);

create table subjects (
  subject_key uuid primary key,
  source text not null,
  kind text not null,
  external_id text not null,
  entity_id uuid not null,
  binding_revision bigint not null
);

create table events (
  event_no bigint not null,
  intake_id uuid not null,
  item integer not null,
  part smallint not null,
  topic text not null,
  source text not null,
  id text not null,
  type text not null,
  entity_id uuid not null,
  subject text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  mapping text not null,
  body bytea not null,
  stored_at timestamptz not null default now(),
  primary key (event_no) include (topic, stored_at),
  unique (intake_id, item, part)
);
alter table events alter column body set storage external;
create index ix_events_entity_id on events (entity_id);

create table quarantine (
  quarantine_id uuid primary key,
  sender text not null,
  intake_id uuid not null,
  item integer not null,
  reason text not null,
  detail text not null,
  mapping text not null,
  raw bytea not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  unique (intake_id, item)
);

create table item_totals (
  sender text primary key,
  accepted bigint not null default 0,
  published bigint not null default 0,
  duplicate bigint not null default 0,
  ignored bigint not null default 0,
  quarantined bigint not null default 0
);

create table unpublished (
  note_id uuid primary key,
  event_nos bigint[] not null,
  noted_at timestamptz not null default now(),
  leased_until timestamptz not null
);

create table installation (
  singleton boolean primary key default true,
  secret bytea not null,
  made_at timestamptz not null default now(),
  constraint installation_singleton_check check (singleton)
);
"""

_VIEWS = """
create view pub_events as
  select event_no, source, id, type, topic, entity_id, subject, occurred_at, recorded_at, body, intake_id,
         item, mapping
  from events;

create view pub_unpublished as
  select unnest(event_nos) as event_no, noted_at as since from unpublished;

create view pub_items as
  select sender,
         coalesce(done.accepted, 0) + coalesce(open.items, 0) as accepted,
         coalesce(done.published, 0) as published,
         coalesce(done.duplicate, 0) as duplicate,
         coalesce(done.ignored, 0) as ignored,
         0::bigint as suppressed,
         coalesce(done.quarantined, 0) as quarantined,
         0::bigint as discarded,
         coalesce(open.items, 0) as pending,
         open.oldest_pending_at
  from item_totals done
  full join (
    select sender, sum(items)::bigint as items, min(received_at) as oldest_pending_at
    from intake where state = 'pending' group by sender
  ) open using (sender);

create view pub_intake as
  select intake_id, sender, received_at, state, items::bigint as accepted_items, outcomes from intake;

create view pub_quarantine as
  select quarantine_id, sender, intake_id, item, reason, first_seen_at, last_seen_at from quarantine;
"""


def upgrade() -> None:
    """Make everything."""
    for statement in f"{_TABLES}{_VIEWS}".split(";\n"):
        if statement.strip():
            op.execute(statement)
