"""Keep the segment, industry and region of leads, so that numbers are grouped by them."""

from alembic import op

revision = "api_0016"
down_revision = "api_0015"

# The projector fills them and cuts the rollups anew at its next start, where there are any leads.
_STATEMENTS = (
    "alter table leads add column segment text",
    "alter table leads add column industry text",
    "alter table leads add column region text",
)


def upgrade() -> None:
    """Add the columns."""
    for statement in _STATEMENTS:
        op.execute(statement)
