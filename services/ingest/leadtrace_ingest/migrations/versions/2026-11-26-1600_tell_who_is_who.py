"""Tell who is who: keys, merges and splits of records, corrections, and every binding that ever held."""

from alembic import op

revision = "ingest_0004"
down_revision = "ingest_0003"

_STATEMENTS = (
    """
    alter table subjects
      add column founded_id uuid,
      add column standing smallint not null default 1,
      add column first_recorded_at timestamptz not null default now()
    """,
    "update subjects set founded_id = entity_id",
    """
    update subjects set standing = case when kind = 'anonymous' then 2
      when split_part(source, '/', 1) in ('hubspot', 'salesforce', 'pipedrive', 'mautic') then 0 else 1 end
    """,
    # Each found its entity with its first event: that tells when it was first heard of.
    """
    update subjects set first_recorded_at = first.recorded_at
    from (
      select entity_id, subject, source, min(recorded_at) as recorded_at from events
      group by entity_id, subject, source
    ) first
    where first.entity_id = subjects.entity_id and first.source = subjects.source
      and first.subject = subjects.kind || '/' || subjects.external_id
    """,
    "alter table subjects alter column founded_id set not null",
    "alter table subjects alter column standing drop default",
    "alter table subjects alter column first_recorded_at drop default",
    "create index ix_subjects_entity_id on subjects (entity_id)",
    "create index ix_subjects_founded_id on subjects (founded_id)",
    """
    create table bindings (
      subject_key uuid not null,
      revision bigint not null,
      entity_id uuid not null,
      because text not null,
      recorded_at timestamptz not null,
      primary key (subject_key, revision)
    )
    """,
    "create index ix_bindings_entity_id on bindings (entity_id)",
    """
    create table identity_claims (
      subject_key uuid not null,
      kind text not null,
      source text not null,
      id text not null,
      at bigint not null,
      rank integer not null,
      sequence text not null,
      key uuid,
      refusal text,
      recorded_at timestamptz not null,
      primary key (subject_key, kind, source, id)
    )
    """,
    "create index ix_identity_claims_source_id on identity_claims (source, id)",
    """
    create table identity_keys (
      subject_key uuid not null,
      kind text not null,
      source text not null,
      id text not null,
      at bigint not null,
      rank integer not null,
      sequence text not null,
      key uuid,
      refusal text,
      recorded_at timestamptz not null,
      primary key (subject_key, kind)
    )
    """,
    "create index ix_identity_keys_key on identity_keys (key) where refusal is null",
    """
    create table identity_pairs (
      subject_key uuid not null,
      other_key uuid not null,
      source text not null,
      id text not null,
      topic text not null,
      at bigint not null,
      rank integer not null,
      sequence text not null,
      apart boolean not null,
      open boolean not null,
      recorded_at timestamptz not null,
      primary key (subject_key, other_key, source, id)
    )
    """,
    "create index ix_identity_pairs_other_key on identity_pairs (other_key)",
    "create index ix_identity_pairs_source_id on identity_pairs (source, id)",
    """
    create table corrections (
      source text not null,
      id text not null,
      corrected_source text not null,
      corrected_id text not null,
      recorded_at timestamptz not null,
      primary key (source, id)
    )
    """,
    "create index ix_corrections_corrected on corrections (corrected_source, corrected_id)",
    """
    create table identity_state (
      singleton boolean primary key default true,
      moves bigint not null default 0,
      constraint identity_state_singleton_check check (singleton)
    )
    """,
    "insert into identity_state default values",
    "create index ix_events_id on events (id)",
    """
    create view pub_bindings as
      select source, kind || '/' || external_id as subject, founded_id, founded_id as entity_id,
             1::bigint as revision, 'left_alone'::text as because, first_recorded_at as recorded_at,
             subject_key
      from subjects
      union all
      select s.source, s.kind || '/' || s.external_id, s.founded_id, b.entity_id, b.revision, b.because,
             b.recorded_at, b.subject_key
      from bindings b join subjects s using (subject_key)
    """,
    """
    create view pub_subjects as
      select subject_key, source, kind || '/' || external_id as subject, founded_id, entity_id, standing,
             binding_revision, first_recorded_at
      from subjects
    """,
    """
    create view pub_identity_keys as
      select subject_key, kind, key, refusal, source, id, at, recorded_at from identity_keys
    """,
    """
    create view pub_identity_pairs as
      select subject_key, other_key, topic, apart, open, source, id, at, rank, sequence, recorded_at
      from identity_pairs
    """,
    """
    create view pub_corrections as
      select source, id, corrected_source, corrected_id, recorded_at from corrections
    """,
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
