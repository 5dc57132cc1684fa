"""Rebuild beside the live rows: how far a rebuild has come, and what it will publish when it takes over."""

from alembic import op

revision = "scoring_0004"
down_revision = "scoring_0003"

_STATEMENTS = (
    """
    create table rebuilds (
      rebuild_id uuid primary key,
      state text not null,
      takes_over boolean not null,
      signature text not null,
      step integer not null default 0,
      position text,
      done bigint not null default 0,
      total bigint not null,
      report jsonb not null default '{}',
      error text,
      started_by text not null,
      started_at timestamptz not null default now(),
      ended_at timestamptz,
      holder uuid,
      leased_until timestamptz
    )
    """,
    "create unique index ix_rebuilds_running on rebuilds (state) where state = 'running'",
    "comment on column rebuilds.signature is 'The code and definitions that fill it.'",
    """
    create table rebuild_changes (kind text not null, entity_id uuid not null, primary key (kind, entity_id))
    """,
)


def upgrade() -> None:
    """Make both tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
