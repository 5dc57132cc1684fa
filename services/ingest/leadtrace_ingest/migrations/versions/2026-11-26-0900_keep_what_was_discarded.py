"""Keep what was discarded from quarantine, by whom and why; tell readers of keys their names."""

from alembic import op

revision = "ingest_0003"
down_revision = "ingest_0002"

_STATEMENTS = (
    """
    create table quarantine_discards (
      intake_id uuid not null,
      item integer not null,
      quarantine_id uuid not null unique,
      sender text not null,
      reason text not null,
      detail text not null,
      mapping text not null,
      first_seen_at timestamptz not null,
      last_seen_at timestamptz not null,
      why text not null,
      discarded_by text not null,
      discarded_at timestamptz not null,
      primary key (intake_id, item)
    )
    """,
    """
    create or replace view pub_api_keys as
      select key_id, scopes, sender, hash, revoked_at, name from api_keys
    """,
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
