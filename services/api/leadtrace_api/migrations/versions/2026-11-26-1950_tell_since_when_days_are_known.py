"""Tell since when states of knowledge can be told: days cut anew without all events say nothing of before."""

from alembic import op

revision = "api_0006"
down_revision = "api_0005"


def upgrade() -> None:
    """Add the day; null where everything can be told."""
    op.execute("alter table projections add column known_from date")
    op.execute(
        "comment on column projections.known_from is "
        "'Of days before nobody can say what was known at their close.'"
    )
