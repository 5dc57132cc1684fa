"""Map again: a delivery that is done again may have its events put right."""

from alembic import op

revision = "ingest_0005"
down_revision = "ingest_0004"


def upgrade() -> None:
    """Add when it was ordered."""
    op.execute("alter table intake add column remap_at timestamptz")
