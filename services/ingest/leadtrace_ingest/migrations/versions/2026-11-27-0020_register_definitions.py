"""Register versions of the definitions: approvals, the one in the shadow, which was in force since when."""

from alembic import op

revision = "ingest_0008"
down_revision = "ingest_0007"

_STATEMENTS = (
    """
    create table definitions (
      version integer primary key,
      id text not null,
      hash text not null,
      body bytea not null,
      registered_at timestamptz not null,
      registered_by text not null
    )
    """,
    """
    create table definition_approvals (
      approval_id bigint generated always as identity primary key,
      version integer not null references definitions (version),
      hash text not null,
      team text not null,
      approved_by text not null,
      recorded_by text not null,
      note text,
      approved_at timestamptz not null,
      constraint definition_approvals_team_check check (team in ('marketing', 'sales'))
    )
    """,
    "create index ix_definition_approvals_version on definition_approvals (version)",
    """
    create table definition_shadows (
      shadow_id uuid primary key,
      version integer not null references definitions (version),
      hash text not null,
      started_at timestamptz not null,
      started_by text not null,
      ended_at timestamptz,
      ended_as text,
      constraint definition_shadows_ended_as_check check (ended_as in ('activated', 'ended')),
      constraint definition_shadows_ended_check check ((ended_at is null) = (ended_as is null))
    )
    """,
    """
    create unique index ix_definition_shadows_running on definition_shadows (ended_as) nulls not distinct
      where ended_as is null
    """,
    """
    create table definition_activations (
      ordinal integer primary key,
      version integer not null references definitions (version),
      hash text not null,
      activated_at timestamptz not null,
      activated_by text not null,
      constraint definition_activations_ordinal_check check (ordinal >= 1)
    )
    """,
    """
    create view pub_definitions as
      select version, id, hash, body, registered_at, registered_by from definitions
    """,
    """
    create view pub_definition_approvals as
      select version, hash, team, approved_by, note, approved_at from definition_approvals
    """,
    """
    create view pub_definition_shadows as
      select shadow_id, version, hash, started_at, started_by from definition_shadows where ended_as is null
    """,
    """
    create view pub_definition_activations as
      select ordinal, version, hash, activated_at, activated_by from definition_activations
    """,
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
