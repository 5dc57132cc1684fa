"""Settle dead letters: a letter that was read after all, or dropped, is kept and says so."""

from alembic import op

revision = "api_0002"
down_revision = "api_0001"

_STATEMENTS = (
    """
    alter table dead_letters add column settled_as text, add column settled_at timestamptz,
                             add column settled_by text, add column why text
    """,
    """
    create or replace view pub_dead_letters as
      select dead_letter_id, topic, reason, event_no, dead_at, settled_as from dead_letters
    """,
)


def upgrade() -> None:
    """Add the columns, and let the view tell which letters wait."""
    for statement in _STATEMENTS:
        op.execute(statement)
