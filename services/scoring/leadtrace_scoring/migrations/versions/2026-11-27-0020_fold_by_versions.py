"""Fold by versions of the definitions: which were taken over when, and the one that runs in shadow."""

from alembic import op

revision = "scoring_0006"
down_revision = "scoring_0005"

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
    create view pub_shadow as
      select shadow_id, version, done, total, complete, error
      from rebuilds where shadow_id is not null and state in ('running', 'failed')
      order by rebuild_id desc limit 1
    """,
    """
    create view pub_shadow_leads as
      select lead_id, definition_version, revision, qualification_revision, body from leads where false
    """,
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
