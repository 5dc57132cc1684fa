"""Show to dashboards how much waits in quarantine, and why; nothing in it is of one delivery."""

from alembic import op

revision = "ingest_0010"
down_revision = "ingest_0009"

_STATEMENTS = (
    """
    create view pub_stats_quarantine as
      select sender, reason, count(*) as items, min(first_seen_at) as oldest_at,
             max(last_seen_at) as newest_at
      from quarantine group by sender, reason
    """,
    """
    create view pub_stats_discards as
      select sender, reason, count(*) as items, max(discarded_at) as newest_at
      from quarantine_discards group by sender, reason
    """,
)


def upgrade() -> None:
    """Make the views."""
    for statement in _STATEMENTS:
        op.execute(statement)
