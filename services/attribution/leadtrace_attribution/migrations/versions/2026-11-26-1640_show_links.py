"""Show which records deals were ever linked with: what was known of a lead is told with its deals."""

from alembic import op

revision = "attribution_0004"
down_revision = "attribution_0003"


def upgrade() -> None:
    """Make the view."""
    op.execute("create view pub_deal_subjects as select deal_id, source, subject from deal_subjects")
