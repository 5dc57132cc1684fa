"""Fold by versions of the definitions: which were taken over when, and the one that runs in shadow."""

from alembic import op

revision = "api_0008"
down_revision = "api_0007"

_STATEMENTS = (
    """
    create table in_force (
      ordinal integer primary key,
      version integer not null,
      hash text not null,
      activated_at timestamptz not null,
      taken_over_at timestamptz not null default now()
    )
    """,
    "create view pub_in_force as select ordinal, version, hash, activated_at, taken_over_at from in_force",
    """
    alter table rebuilds add column shadow_id uuid, add column version integer,
                         add column complete boolean not null default false
    """,
    "comment on column rebuilds.version is 'Of the definitions, in a shadow.'",
    """
    create table shadows (
      shadow_id uuid primary key,
      version integer not null,
      done bigint not null default 0,
      total bigint not null default 0,
      complete boolean not null default false,
      error text
    )
    """,
    "comment on table shadows is 'The version of the definitions that is kept beside the one in force.'",
    "create view pub_shadow as select shadow_id, version, done, total, complete, error from shadows",
    # Owners hold one version each, and a shadow beside it: whoever compares asks for theirs.
    """
    create or replace view pub_leads as
      select lead_id, score_revision, outcome_revision, definition_version from leads
    """,
    "create or replace view pub_deals as select deal_id, outcome_revision, definition_version from deals",
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
