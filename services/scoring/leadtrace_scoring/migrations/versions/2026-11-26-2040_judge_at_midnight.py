"""Remember when a lead's judgement may change next though nothing happens."""

from alembic import op

revision = "scoring_0005"
down_revision = "scoring_0004"


def upgrade() -> None:
    """Microseconds since 1970, at a midnight of the reporting time zone; null where nothing fades."""
    op.execute("alter table leads add column due_at bigint")
    op.execute("create index ix_leads_due on leads (due_at) where due_at is not null")
