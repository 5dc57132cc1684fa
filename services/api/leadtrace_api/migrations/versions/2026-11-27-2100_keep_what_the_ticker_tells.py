"""Keep what the ticker tells, numbered in the order of commits."""

from alembic import op

revision = "api_0026"
down_revision = "api_0025"

_STATEMENTS = (
    """
    create table ticker_waiting (
      entry_id bigint generated always as identity primary key,
      kind text not null,
      body text not null,
      told_at timestamptz not null default clock_timestamp()
    )
    """,
    """
    comment on table ticker_waiting is
      'Entries as projectors tell them, in the transaction of what they tell of.'
    """,
    """
    create table ticker_entries (
      number bigint primary key,
      entry_id bigint not null,
      kind text not null,
      body text not null,
      told_at timestamptz not null,
      numbered_at timestamptz not null
    )
    """,
    "create index ix_ticker_entries_numbered_at on ticker_entries (numbered_at)",
    """
    comment on table ticker_entries is
      'Entries with their numbers, consecutive, in the order of commits; kept for 24 hours.'
    """,
    """
    create table ticker_state (
      single boolean primary key default true,
      last_number bigint not null default 0,
      pruned_number bigint not null default 0,
      constraint ticker_state_single_check check (single)
    )
    """,
    """
    comment on table ticker_state is
      'The highest number that was given, and the highest that is kept no longer.'
    """,
    "insert into ticker_state default values",
)


def upgrade() -> None:
    """Make the tables; nothing is told of what was known before."""
    for statement in _STATEMENTS:
        op.execute(statement)
